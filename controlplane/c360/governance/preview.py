"""Preview a declaration: apply it, rebuild identities, look, and take all of it back.

Refuses what applying would refuse, and does nothing that applying would not: it is the same code in a transaction
that always ends in a rollback. While it runs the resolver of the tenant waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from c360.governance.apply import Application, apply_declaration
from c360.governance.declaration import Declaration
from c360.governance.plan import Permissions
from c360.governance.tenants import Connection, as_owner, call


@dataclass(frozen=True)
class Preview:
    """What a file would change: the metadata and the schema, and then who is who."""

    application: Application
    changes: dict[str, Any]


def preview_declaration(
    conn: Connection, declaration: Declaration, permissions: Permissions | None = None, most: int = 50
) -> Preview:
    """What applying a file and rebuilding would do; `most` changes of each kind are listed, all are counted."""
    with conn.transaction(force_rollback=True), as_owner(conn):
        application = apply_declaration(conn, declaration, permissions or Permissions(), lambda _: True)
        changes = call(conn, "SELECT c360._rebuild_with_pairs(%s, %s)", declaration.tenant, most)
    if application is None:
        raise AssertionError("a declaration that is always confirmed was declined")
    return Preview(application, changes)
