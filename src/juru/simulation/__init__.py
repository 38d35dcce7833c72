"""A seeded market: agents and suppliers that misbehave, with latency, lost replies, late successes, price changes.

The suppliers speak real dialects over real HTTP from a process of their own. Imports ``server`` and what lies below
it; only ``cli`` imports it. Everything random comes from the seed, which is printed.
"""
