"""Install or upgrade c360 in one database, in one transaction, exactly as `psql -f pg/install.sql` does.

Differs from psql in one point: a function file whose text is in force already is not run again.
Refuses what the guards in bootstrap.sql refuse: changed migrations, newer databases, servers older than 16.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from psycopg import sql

from c360.adapters import tokens
from c360.domain.errors import C360Error, TryAgain, from_psycopg
from c360.installer.sources import Sources, SqlFile
from c360.installer.status import read_ledgers

_ATTEMPTS = 8


@dataclass(frozen=True)
class Report:
    """What one installation ran."""

    migrations: tuple[str, ...]
    repeatables: tuple[str, ...]

    @property
    def changed_nothing(self) -> bool:
        return not self.migrations and not self.repeatables


def install(
    conninfo: str,
    sources: Sources,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Report:
    """Install or upgrade; safe to repeat and to run from several places at once."""
    for attempt in range(_ATTEMPTS):
        try:
            with psycopg.connect(tokens.ready(conninfo), application_name="c360 installer") as connection:
                connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
                return _install(connection, sources)
        except TryAgain:
            if attempt == _ATTEMPTS - 1:
                raise
            sleep(random.uniform(0, 0.1 * 2**attempt))  # noqa: S311 (jitter, not a secret)
        except psycopg.Error as error:
            raise from_psycopg(error) from error
    raise AssertionError("unreachable")


def _install(connection: psycopg.Connection, sources: Sources) -> Report:
    _run(connection, sources.bootstrap)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO pg_temp.c360_manifest (path, sha256) VALUES (%s, %s)",
            [(file.path, file.sha256) for file in sources.listed],
        )
    connection.execute("INSERT INTO pg_temp.c360_release (release) VALUES (%s)", [sources.release])
    connection.execute("CALL c360._check_release()")

    migrations = []
    for file in sources.migrations:
        if _is_pending(connection, file):
            _run(connection, file)
            connection.execute("SELECT c360._record_migration(%s)", [file.migration])
            migrations.append(file.path)

    # A migration may have dropped what a function file made, so after one of them everything is put in place again.
    in_force = {} if migrations else read_ledgers(connection).repeatables
    repeatables = [file for file in sources.repeatables if in_force.get(file.path) != file.sha256]
    for file in repeatables:
        _run(connection, file)
    connection.execute("CALL c360._record_repeatables()")
    connection.execute("CALL c360._renew_tenants()")
    connection.execute("CALL c360._record_release()")
    return Report(tuple(migrations), tuple(file.path for file in repeatables))


def _is_pending(connection: psycopg.Connection, file: SqlFile) -> bool:
    row = connection.execute("SELECT c360._migration_pending(%s)", [file.migration]).fetchone()
    return row is not None and bool(row[0])


def _run(connection: psycopg.Connection, file: SqlFile) -> None:
    try:
        # Without parameters the text goes to the server as it stands, with as many statements as it has.
        connection.execute(sql.SQL(file.text))
    except psycopg.Error as error:
        raise _located(error, file) from error


def _located(error: psycopg.Error, file: SqlFile) -> C360Error:
    translated = from_psycopg(error)
    place = f"in pg/{file.path}"
    if position := error.diag.statement_position:
        place += f", line {file.text[: int(position)].count(chr(10)) + 1}"
    translated.detail = f"{translated.detail} ({place})" if translated.detail else place
    return translated
