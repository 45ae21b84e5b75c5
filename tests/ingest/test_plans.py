"""Hot statements keep their plans while tables grow: no sequential scan of a table that is large."""

from __future__ import annotations

import re

import psycopg
import pytest

from support.events import ingest, page, track

LARGE = ("cdp_event_ids", "cdp_raw_profiles", "cdp_behavioral_events", "cdp_activity", "cdp_purchases")


@pytest.fixture
def superuser(server, database):
    with psycopg.connect(server.dsn(database.name), autocommit=True) as connection:
        yield connection


def sequential_scans(connection):
    rows = connection.execute(
        """
        SELECT relname, pg_stat_get_xact_numscans(oid)
        FROM pg_class
        WHERE relnamespace = 'tenant_acme'::regnamespace
          AND relkind = 'r'
          AND relname ~ ('^(' || array_to_string(%s::text[], '|') || ')')
        """,
        [list(LARGE)],
    ).fetchall()
    return {name: scans for name, scans in rows if scans}


def test_a_plan_cached_while_tables_were_empty_scans_nothing_once_they_are_large(superuser):
    def send(prefix: str) -> None:
        batch = [page(f"{prefix}{n}", anonymousId=f"{prefix}{n}") for n in range(50)]
        batch += [track("Order Completed", f"{prefix}o{n}", properties={"order_id": n, "total": 1}) for n in range(5)]
        superuser.execute("SELECT c360.ingest('acme', %s::jsonb)", [psycopg.types.json.Jsonb(batch)])

    for number in range(8):  # enough for generic plans, with nothing analysed yet
        send(f"warm{number}-")
    superuser.execute(
        """
        SELECT c360.ingest('acme', jsonb_agg(jsonb_build_object(
            'type', 'page', 'messageId', 'bulk' || n, 'anonymousId', 'bulk' || n
        )))
        FROM generate_series(1, 100000) AS n
        """
    )

    with superuser.transaction():
        send("hot-")
        assert sequential_scans(superuser) == {}


def test_the_newest_events_are_read_from_the_index(superuser, connect):
    session = connect(autocommit=True)
    for start in range(0, 20_000, 10_000):
        ingest(session, *(page(f"m{start + n}") for n in range(10_000)))
    session.execute("ANALYZE tenant_acme.cdp_behavioral_events")

    with superuser.transaction():
        rows = superuser.execute("SELECT * FROM c360.recent_events('acme', 5)").fetchall()
        assert len(rows) == 5
        rows = superuser.execute("SELECT * FROM c360.recent_events('acme', 5, %s)", [rows[-1][0] - 5]).fetchall()
        assert len(rows) == 5
        scanned = superuser.execute(
            """
            SELECT sum(pg_stat_get_xact_tuples_returned(oid))
            FROM pg_class
            WHERE relnamespace = 'tenant_acme'::regnamespace
              AND relkind = 'r'
              AND relname ~ '^cdp_behavioral_events'
            """
        ).fetchone()
        assert re.fullmatch(r"\d+", str(scanned[0]))
        assert scanned[0] < 100
