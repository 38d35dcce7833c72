"""Words that every room uses: rupiah, phone numbers, ids, periods, pages, one HTTP message. Pure.

May import msgspec and phonenumberslite, and no other room. A word belongs here once two rooms need it; a word of the
pulsa trade alone belongs in ``server.domain``.
"""
