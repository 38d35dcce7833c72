"""The portal: the association's pages for the public, members and officers, drawn on the server.

A page module has ``routes(portal)``, its texts in ``words_NAME``, its templates; ``site`` lists them all. May import
everything of the association below it, ``web``, ``bank`` and ``values``. Pages write only by commands of the desk.
"""
