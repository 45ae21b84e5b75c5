"""Say what is wrong with a database and how to mend it. Changes nothing, and works before the first installation.

What SQL can see after the installation is found by c360.doctor(); here is only what has to be asked from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import psycopg

from c360.governance import drift
from c360.governance.tenants import as_owner, list_tenants
from c360.installer.sources import Sources
from c360.installer.status import Status, compare, read_ledgers
from c360.relay.held_secrets import secrets_of
from c360.relay.secrets import Keyring

Level = Literal["error", "warning"]

OLDEST_SERVER = 160000
EXTENSIONS = ("unaccent", "pg_trgm", "fuzzystrmatch")


@dataclass(frozen=True)
class Finding:
    """One thing to mend. An error stops something from working, a warning will."""

    level: Level
    subject: str
    finding: str
    remedy: str


def examine(connection: psycopg.Connection, sources: Sources, keyring: Keyring | None = None) -> list[Finding]:
    """Every finding, those that explain others first. `keyring`: the master keys at hand, None for none."""
    findings = _server(connection)
    if any(finding.level == "error" for finding in findings):
        return findings
    status = compare(read_ledgers(connection), sources)
    if not status.installed:
        return [*findings, *_rights(connection), _not_installed()]
    findings += _release(status)
    if status.is_current:
        findings += _inside(connection) + _tenants(connection) + _secrets(connection, keyring)
    return findings


def examine_security(connection: psycopg.Connection) -> list[Finding]:
    """Who has more rights than c360 gives, and what could lend rights to somebody. For the owner of c360."""
    with as_owner(connection):
        rows = connection.execute("SELECT level, subject, finding, remedy FROM c360.doctor_security()").fetchall()
    return [Finding(*row) for row in rows]


def _server(connection: psycopg.Connection) -> list[Finding]:
    findings = []
    if connection.info.server_version < OLDEST_SERVER:
        findings.append(
            Finding(
                "error",
                "server",
                f"The server is PostgreSQL {connection.info.server_version // 10000}; c360 needs 16 or newer.",
                "Upgrade the server, or point the connection at another one.",
            )
        )
    available = connection.execute(
        "SELECT name FROM pg_available_extensions WHERE name = ANY (%s)", [list(EXTENSIONS)]
    ).fetchall()
    for name in sorted(set(EXTENSIONS) - {row[0] for row in available}):
        findings.append(
            Finding(
                "error",
                "extensions",
                f"The extension {name} is not available on the server.",
                "Install the contrib package of PostgreSQL on the server.",
            )
        )
    return findings


def _rights(connection: psycopg.Connection) -> list[Finding]:
    row = connection.execute(
        "SELECT current_user, quote_ident(current_user), quote_ident(current_database()), rolsuper OR rolcreaterole,"
        " has_database_privilege(current_database(), 'CREATE') FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row is None:
        return []
    name, role, database, may_create_roles, may_create_schemas = row
    findings = []
    if not may_create_schemas:
        findings.append(
            Finding(
                "error",
                "rights",
                f"Role {name} may not create schemas here.",
                f"As the owner of the database: GRANT CREATE, TEMPORARY ON DATABASE {database} TO {role};",
            )
        )
    if not may_create_roles:
        findings.append(
            Finding(
                "warning",
                "rights",
                f"Role {name} has no CREATEROLE: c360 would be installed without roles of its own.",
                f"As an administrator, if you want separate roles: ALTER ROLE {role} CREATEROLE;",
            )
        )
    return findings


def _not_installed() -> Finding:
    return Finding("error", "release", "c360 is not installed in this database.", "Run: c360 db install")


def _release(status: Status) -> list[Finding]:
    findings = [
        Finding(
            "error",
            "release",
            f"Migration {name} was changed after it had run here.",
            "Restore the file and put the change into a migration with the next number.",
        )
        for name in status.changed
    ]
    findings += [
        Finding(
            "error", "release", f"Migration {name} is of a newer release than this program.", "Use the newer release."
        )
        for name in status.unknown
    ]
    findings += [
        Finding(
            "error",
            "release",
            f"Release {name} is installed here, and this program is older.",
            "Use the newer release.",
        )
        for name in status.newer
    ]
    waiting = len(status.pending) + len(status.outdated) + len(status.removed)
    if waiting and not findings:
        findings.append(
            Finding(
                "error", "release", f"{waiting} files of this release are not in force here.", "Run: c360 db upgrade"
            )
        )
    return findings


def _inside(connection: psycopg.Connection) -> list[Finding]:
    rows = connection.execute("SELECT level, subject, finding, remedy FROM c360.doctor()").fetchall()
    return [Finding(*row) for row in rows]


def _tenants(connection: psycopg.Connection) -> list[Finding]:
    """What differs without anybody having changed metadata, as after an upgrade; the rest c360.doctor() says."""
    with as_owner(connection):
        pending = {row[0] for row in connection.execute("SELECT tenant FROM c360.pending_syncs").fetchall()}
    return [
        Finding(
            "warning",
            f"tenant {drifted.tenant}",
            f"Differs from its metadata: {'; '.join(drifted.reasons)}.",
            f"Look with: c360 tenant plan {drifted.tenant}   then run: c360 tenant sync {drifted.tenant}",
        )
        for drifted in drift(connection)
        if drifted.tenant not in pending
    ]


_KINDS = {"signature": "signing secret is", "credentials": "credentials are"}


def _secrets(connection: psycopg.Connection, keyring: Keyring | None) -> list[Finding]:
    """Webhooks for which nothing can be signed with the master keys at hand."""
    with as_owner(connection):
        held = {
            listed["tenant"]: secrets_of(connection, listed["tenant"])
            for listed in list_tenants(connection)
            if listed.get("is_synced", True)
        }
    at_hand = "any master key here" if keyring else "a master key, and there is none here"
    closed = sorted(
        {
            (tenant, one.webhook, one.kind)
            for tenant, secrets in held.items()
            for one in secrets
            if keyring is None or not one.opens_with(keyring)
        }
    )
    return [
        Finding(
            "error" if keyring else "warning",
            f"webhook {name} of tenant {tenant}",
            f"Its {_KINDS[kind]} not opened by {at_hand}: a relay with the same keys sends it nothing.",
            "Give relays and commands the right C360_MASTER_KEY or master.key; if it is lost: "
            f"c360 webhook {'rotate' if kind == 'signature' else 'set-rendering'} {tenant} {name}"
            + ("" if kind == "signature" else " --auth ..."),
        )
        for tenant, name, kind in closed
    ]
