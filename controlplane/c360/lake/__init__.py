"""The lake: closed months of events, purchases, histories and messages as files that any engine reads.

PostgreSQL stays the source of truth and keeps the ledger; what lies here is a copy that is verified and can be made
again.
"""
