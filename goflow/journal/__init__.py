"""
Append-only history and the outbox.
"""
