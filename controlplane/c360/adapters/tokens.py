"""Log in to Amazon RDS and Aurora with tokens of IAM: short-lived passwords, made anew for every connection.

An address whose password is the word `aws-iam-token` means one; C360_DSN_IAM=true puts it there. So it goes wherever an
address goes, and what opens a connection asks here. A token is a password for fifteen minutes: it never travels in
the clear, and is never kept.
"""

from __future__ import annotations

import asyncio
import functools
import os
import re
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from c360.aws.missing import needs
from c360.domain.errors import DatabaseUnreachable, UsageError

MARK = "aws-iam-token"
_REGION = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.rds\.amazonaws\.com(?:\.cn)?\Z")
_IN_THE_CLEAR = {"disable", "allow", "prefer"}
_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER"}


def marked(conninfo: str) -> str:
    """The address with a token for its password, over TLS. Raises UsageError where TLS is turned off."""
    return make_conninfo(conninfo, password=MARK, sslmode=_sslmode(_parts(conninfo), "require"))


def ready(conninfo: str) -> str:
    """The address to connect to now: with a fresh token where it means one. May ask AWS for credentials."""
    if not _is_marked(conninfo):
        return conninfo
    mode = _sslmode(_parts(conninfo), "require")
    return make_conninfo(conninfo, password=_token(conninfo), sslmode=mode)


def source(conninfo: str) -> Callable[[], Awaitable[str]] | None:
    """What gives a driver the password of each new connection; None where the address has its own."""
    if not _is_marked(conninfo):
        return None

    async def password() -> str:
        return await asyncio.to_thread(_token, conninfo)

    _sslmode(_parts(conninfo), "prefer")  # what a driver takes that is told nothing
    return password


def _sslmode(parts: dict[str, Any], default: str) -> str:
    mode = str(parts.get("sslmode") or os.environ.get("PGSSLMODE", default))
    if mode in _IN_THE_CLEAR:
        raise UsageError(
            f"sslmode={mode} would send a token in the clear",
            hint="Take sslmode=verify-full with sslrootcert, or require.",
        )
    return mode


def _is_marked(conninfo: str) -> bool:
    return MARK in conninfo and _parts(conninfo).get("password") == MARK


def _parts(conninfo: str) -> dict[str, Any]:
    try:
        return dict(conninfo_to_dict(conninfo))
    except psycopg.ProgrammingError as error:
        raise UsageError(f"the address of the database is not understood: {error}") from error


def _token(conninfo: str) -> str:
    parts = _parts(conninfo)
    host, port, user = (str(parts.get(name) or os.environ.get(variable, "")) for name, variable in _VARIABLES.items())
    if not host or host.startswith("/") or "," in host or not user:
        raise UsageError("a login with IAM needs one host and a user in the address of the database")
    found = _REGION.search(host)
    region = found[1] if found else os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        raise UsageError(f"the region of {host} is not known", hint="Set AWS_REGION.")
    with needs("aws"):
        from botocore.exceptions import BotoCoreError
    try:
        token: str = _signer(region).generate_db_auth_token(
            DBHostname=host, Port=int(port or 5432), DBUsername=user, Region=region
        )
    except BotoCoreError as error:
        raise DatabaseUnreachable(
            f"there is no token to log in with: {error}", code="08000", hint="Give the process credentials of AWS."
        ) from error
    return token


@functools.cache
def _signer(region: str) -> Any:
    with needs("aws"):
        import boto3
    return boto3.client("rds", region_name=region)
