"""The fixed set of SQL functions the daemons may call.

A name that is not here cannot be called, so no text from outside can become SQL. A test compares the set with the
catalogue: a function that was renamed or dropped is noticed before a daemon meets it.
"""

from __future__ import annotations

RELAY = frozenset(
    {
        "c360.await_bell",
    }
)

GATEWAY = frozenset(
    {
        "c360_v1.receive",
        "c360_v1.schema_version",
    }
)

FUNCTIONS: frozenset[str] = RELAY | GATEWAY
