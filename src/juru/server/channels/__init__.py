"""Ways in, one file each: every channel turns what arrives into a command and the answer into its own reply.

Imports ``engine``, ``dialects`` and what lies below them; a channel knows no other channel, only the shared ``door``
(who is asking, from where, how often). A new way in is one file here and one registration line, and the contract suite
of channels picks it up.
"""
