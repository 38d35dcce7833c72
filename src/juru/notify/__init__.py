"""Messages that leave the house: a mail by SMTP, with what a mail server may answer; a text ready for WhatsApp.

May import ``values`` and third-party parts, no other room. What is due, to whom, and what was sent are the caller's:
this room sends one message and says honestly what is known of it then.
"""
