"""One tree of errors, and the one place where an SQLSTATE becomes a class.

    C360Error                    has code, message, detail, hint
    ├── DatabaseRefused          the database said no; code is its SQLSTATE
    │   ├── IngestRefused        U1xxx
    │   ├── IdentityRefused      U2xxx
    │   ├── ScoringRefused       U3xxx
    │   ├── GovernanceRefused    U4xxx
    │   ├── RelayRefused         U5xxx
    │   ├── OperationsRefused    U9xxx
    │   ├── NotAllowed           42501
    │   └── TryAgain             40001, 40P01, 55P03 and two installers meeting in the shared catalogue
    ├── DatabaseUnreachable      U9102: no connection, or it broke
    ├── QueryRefused             PGRSTxxx or U1013: a query over HTTP or of the command line that cannot be read
    ├── EmbeddedPostgresError    the own server could not be started or stopped
    └── UsageError               U9100: a wrong call or setting; the command line exits with 2

Callers branch on the class or on `code`, never on the text.
"""

from __future__ import annotations

import re

import psycopg


class C360Error(Exception):
    """Something c360 can name: a code for programs, a message, and what to do next for people."""

    def __init__(self, message: str, *, code: str, detail: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" + (f" ({self.detail})" if self.detail else "")


class DatabaseRefused(C360Error):
    """The database answered with an error."""


class IngestRefused(DatabaseRefused):
    """U1xxx: an event or a batch was not taken."""


class IdentityRefused(DatabaseRefused):
    """U2xxx: profiles, links, merges."""


class ScoringRefused(DatabaseRefused):
    """U3xxx: scores and segments."""


class GovernanceRefused(DatabaseRefused):
    """U4xxx: tenants, attributes, keys and other metadata."""


class RelayRefused(DatabaseRefused):
    """U5xxx: topics, subscriptions, deliveries."""


class OperationsRefused(DatabaseRefused):
    """U9xxx: installation and upkeep."""


class NotAllowed(DatabaseRefused):
    """The connected role lacks a right."""


class TryAgain(DatabaseRefused):
    """Lost a race that a second attempt wins."""


class DatabaseUnreachable(C360Error):
    """No connection to PostgreSQL."""


class QueryRefused(C360Error):
    """PGRSTxxx, as PostgREST says it, or U1013: a query that cannot be read."""


class EmbeddedPostgresError(C360Error):
    """The embedded PostgreSQL could not be started, found or stopped."""


class UsageError(C360Error):
    """The caller asked for something that cannot be right: U9100, unless the database would give it a code."""

    def __init__(
        self, message: str, *, code: str = "U9100", detail: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, code=code, detail=detail, hint=hint)


_BY_STATE: dict[str, type[DatabaseRefused]] = {
    "42501": NotAllowed,
    "40001": TryAgain,
    "40P01": TryAgain,
    "55P03": TryAgain,
}
_BY_GROUP: dict[str, type[DatabaseRefused]] = {
    "U1": IngestRefused,
    "U2": IdentityRefused,
    "U3": ScoringRefused,
    "U4": GovernanceRefused,
    "U5": RelayRefused,
    "U9": OperationsRefused,
}
# PostgreSQL names what was refused and never what would help.
_WHICH_ROLE = (
    "Reading takes the role c360_<tenant>_reader, deciding _writer, administration _admin;"
    " installing, syncing and dumps are for the owner of c360. Who has the role can grant it."
)
_HOW_TIMES_ARE_WRITTEN = "Write a day as 2026-06-30, a time as '2026-06-30 14:00', a length of time as '3 days'."
_HINTS = {"42501": _WHICH_ROLE, "22007": _HOW_TIMES_ARE_WRITTEN, "22008": _HOW_TIMES_ARE_WRITTEN}
# PostgreSQL reports two sessions changing one row of a shared catalogue as an internal error.
_CATALOGUE_RACE = "tuple concurrently updated"


def class_for(sqlstate: str, message: str = "") -> type[DatabaseRefused]:
    """The class of the tree that an SQLSTATE belongs to."""
    if sqlstate == "XX000" and message == _CATALOGUE_RACE:
        return TryAgain
    return _BY_STATE.get(sqlstate) or _BY_GROUP.get(sqlstate[:2]) or DatabaseRefused


def no_such_tenant(slug: str) -> GovernanceRefused:
    """What PostgreSQL's "schema does not exist" means for the schema of a tenant."""
    return GovernanceRefused(
        f'tenant "{slug}" does not exist', code="U4404", hint="List the tenants with: c360 tenant list"
    )


def not_synced(slug: str) -> GovernanceRefused:
    """As c360._check_tenant() says it, where the schema itself was asked for."""
    return GovernanceRefused(
        f'tenant "{slug}" was never synced: it has no tables yet',
        code="U4450",
        hint=f"CALL c360.request_sync('{slug}'), or: c360 tenant sync {slug}",
    )


def from_psycopg(error: psycopg.Error) -> C360Error:
    """Translate; raise the result `from` the original so that the cause is kept."""
    diagnosis = error.diag
    if error.sqlstate is None or error.sqlstate.startswith(("08", "57P", "28")):
        lines = [line.strip() for line in str(error).splitlines() if not line.startswith("\t")]
        return DatabaseUnreachable(
            diagnosis.message_primary or "; ".join(filter(None, lines)) or "the connection to PostgreSQL broke",
            code="U9102",
            detail=error.sqlstate,
            hint="Check the address with --dsn or DATABASE_URL, that the server is running, and name and password.",
        )
    message = diagnosis.message_primary or str(error)
    if error.sqlstate == "3F000" and (schema := re.search(r'"tenant_([a-z0-9_]+)"', message)):
        return no_such_tenant(schema[1])
    return class_for(error.sqlstate, message)(
        message,
        code=error.sqlstate,
        detail=diagnosis.message_detail,
        hint=diagnosis.message_hint or _HINTS.get(error.sqlstate),
    )
