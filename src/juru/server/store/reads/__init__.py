"""Named, read-only queries for console, desk and reports, on connections of their own.

Nothing here writes, and nothing here is used to decide an order: a slow report never holds up the writer. A new
question is one named query with a description, an index that serves it, and a test of its plan.
"""
