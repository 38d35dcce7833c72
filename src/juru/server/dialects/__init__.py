"""Wire formats in both directions: field names, signatures, codes, the order-text grammar, reply texts. Pure.

A channel and a supplier of one dialect share its file here, so that a format is written down once. Imports ``domain``
and ``values``; a dialect knows no other dialect, only the shared ``replies`` and ``texts``. A new format is one file and
its fixture, then a thin file in ``channels`` or ``suppliers`` for each side on which it is spoken.
"""
