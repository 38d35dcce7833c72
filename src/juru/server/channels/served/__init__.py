"""What an agent asks, carried out: a file per subject, one function per intent, for every channel alike.

A function takes a ``door.Call`` (an agent who has proved himself and was admitted) and gives a ``door.Reply``; it
moves nothing itself but sends commands to the writer. A new intent is one function here and one line in ``table``.
"""
