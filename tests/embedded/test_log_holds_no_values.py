"""The log of the embedded server holds nothing that anybody sent, whatever fails or is slow."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb

from c360.embedded import EmbeddedPostgres
from c360.governance import create_tenant
from c360.installer.install import install
from c360.installer.sources import load
from support.waiting import wait_until

_MARK = "canary"
_numbers = itertools.count(1)


def canary():
    return f"{_MARK}{next(_numbers)}x"


@pytest.fixture(scope="module")
def running():
    """A real embedded server with a tenant; answers the server and the folder of its data."""
    folder = Path(tempfile.mkdtemp(prefix="c360-log-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        with EmbeddedPostgres(folder / "data") as server:
            install(server.dsn, load())
            with psycopg.connect(server.dsn, autocommit=True) as connection:
                create_tenant(connection, "acme")
            yield server, folder / "data" / "postgres"
    finally:
        shutil.rmtree(folder)


def logged(data):
    return "".join(path.read_text(errors="replace") for path in [*data.glob("log/*"), data / "start.log"])


def fail(connection, query, *parameters):
    """The SQLSTATE of a statement that fails."""
    with pytest.raises(psycopg.Error) as caught:
        connection.execute(query, parameters or None)
    return caught.value.sqlstate


def argument(kind):
    """A value of a type that carries a canary, or NULL for types that cannot."""
    text = canary()
    carriers = {
        "text": text,
        "text[]": [text, canary()],
        "jsonb": Jsonb({text: canary(), "list": [canary()]}),
        "json": Jsonb({text: canary()}),
        "jsonb[]": [Jsonb({text: canary()})],
        "bytea": text.encode(),
    }
    return carriers.get(kind)


def test_errors_and_slow_statements_leave_no_value_in_the_log(running):
    server, data = running
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE shelf (id integer PRIMARY KEY, label text UNIQUE, count integer)")
        twice = canary()
        connection.execute("INSERT INTO shelf VALUES (1, %s)", [twice])
        states = [
            fail(connection, f"SELECT '{canary()}'::integer"),
            fail(connection, "SELECT %s::text::integer", canary()),
            fail(connection, "SELECT %s::integer", canary()),
            fail(connection, f"SELEKT {canary()}"),
            fail(connection, f"SELECT {canary()} FROM shelf"),
            fail(connection, "INSERT INTO shelf VALUES (2, %s)", twice),
            fail(connection, "INSERT INTO shelf VALUES (%s, %s, %s)", None, canary(), 3),
            fail(connection, f"SELECT '{{\"{canary()}\": }}'::jsonb"),
            fail(connection, f"DO $$ BEGIN RAISE EXCEPTION '{canary()}' USING DETAIL = '{canary()}'; END $$"),
            fail(connection, "SELECT c360.profile(%s, %s, %s)", "acme", canary(), canary()),
            fail(connection, "SELECT c360_v1.receive(%s, 'track', %s, %s)", canary().encode(), canary(), canary()),
        ]
        with pytest.raises(psycopg.Error), connection.cursor() as cursor, cursor.copy("COPY shelf FROM STDIN") as copy:
            copy.write(f"{canary()}\t{canary()}\n")
        connection.execute(f"DO $$ BEGIN RAISE WARNING '{canary()}'; END $$")
        connection.execute(f"SELECT pg_sleep(1.1), '{canary()}'")
        connection.execute("SELECT pg_sleep(1.1), %s::text", [canary()])
        connection.execute("SET statement_timeout = '100ms'")
        states.append(fail(connection, f"SELECT pg_sleep(30), '{canary()}'"))

    assert all(states)
    assert _MARK not in logged(data)


def test_no_argument_of_any_function_comes_into_the_log(running):
    server, data = running
    first = next(_numbers)
    refused = set()
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        functions = connection.execute(
            "SELECT pronamespace::regnamespace::text || '.' || quote_ident(proname),"
            " ARRAY(SELECT format_type(given.kind, NULL) FROM unnest(proargtypes) WITH ORDINALITY AS given (kind, n)"
            " ORDER BY given.n)"
            " FROM pg_proc WHERE pronamespace IN ('c360'::regnamespace, 'c360_v1'::regnamespace) AND prokind = 'f'"
            " AND prorettype <> 'trigger'::regtype ORDER BY oid"
        ).fetchall()
        for tenant, (name, kinds) in itertools.product(("acme", None), functions):
            values = [argument(kind) for kind in kinds]
            if tenant and kinds[:1] == ["text"] and not name.split(".")[1].startswith("_"):
                values[0] = tenant
            holes = ", ".join(f"%s::{kind}" for kind in kinds)
            try:
                with connection.transaction(force_rollback=True):
                    connection.execute(f"SELECT {name}({holes})", values)
            except psycopg.Error as error:
                refused.add(error.sqlstate)

    assert next(_numbers) - first > 400
    assert len(refused) > 10
    assert _MARK not in logged(data)


def answers_again(dsn):
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_crash_does_not_write_the_statement_it_met_into_the_log(running):
    server, data = running
    with psycopg.connect(server.dsn, autocommit=True) as victim, ThreadPoolExecutor(1) as pool:
        pid = victim.info.backend_pid
        dying = pool.submit(fail, victim, f"SELECT pg_sleep(60), '{canary()}'")
        with psycopg.connect(server.dsn, autocommit=True) as watcher:
            while not watcher.execute(
                "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = %s", [pid]
            ).fetchone()[0]:
                pass
        os.kill(pid, signal.SIGKILL)
        dying.result(30)
    wait_until(lambda: answers_again(server.dsn))

    text = logged(data)
    assert "was terminated by signal 9" in text
    assert _MARK not in text
