"""The pulsa server: takes orders of agents, holds their money, buys from suppliers, answers with the SN.

Rooms, from the top: ``app`` (the only place that wires the rest), ``console``, ``desk``, then side by side
``membership``, ``channels``, ``suppliers`` and ``store``, then ``engine`` and ``dialects``, then ``domain``, and lowest
``settings``, ``errors`` and ``telemetry``. It may import ``web`` and what lies below that, never ``association``.
"""
