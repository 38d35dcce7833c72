"""What a person does besides selling: import, export, reports, audit, backup, conformance, doctor.

Reads through ``store.reads`` and writes only by engine commands. Imports the rooms of the server below it, never
``console`` or ``app``. A new task is one file here and one command in ``cli``.
"""
