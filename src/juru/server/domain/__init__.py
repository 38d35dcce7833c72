"""What is true of orders and money: accounts, catalog, pricing, orders, attempts, routing, the commands. Pure.

Imports no clock, no I/O, no async and no third-party package but msgspec; of other rooms only ``values``,
``books.rules``, ``bank.rules``, ``territory.policy`` and ``territory.location``. Time, ids and randomness are
arguments. A new product type is one file here and one registration line.
"""
