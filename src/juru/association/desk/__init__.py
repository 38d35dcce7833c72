"""What people do with the association: each use case takes ``now`` and who asks, and is one sealed commit or a refusal.

``desk`` is the door: it reads the facts, lets the pure rules decide, appends. May import ``association.store``,
``association.domain``, ``association.errors``, ``books`` and ``values``. A new use case is a command in
``domain/commands``, a function here and a line in ``desk.Desk``.
"""
