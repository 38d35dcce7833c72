"""The operator's page: live orders, an order's timeline, balances, supplier health, the human queue, the chat.

Reads through ``store.reads`` and writes only by engine commands. Imports ``desk`` and what lies below it, never
``app``. Nothing is loaded from another host, and no script or style stands inline, so that the content policy can be
strict.
"""
