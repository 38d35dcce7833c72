"""Papers of the association: invoices, receipts, credit notes, decrees, letters, on its letterhead, as PDF with a QR.

A paper says what its fact said, as known when that was recorded, so that it is the same bytes whenever it is made. May
import ``desk`` and what lies below. A new kind of paper is a function in ``content`` and a line in its table.
"""
