"""The lake and PostgreSQL are asked as one, each row once, and nothing else can be reached."""

from __future__ import annotations

import pytest

from c360.domain.errors import C360Error
from c360.lake import reading, restorer
from support.events import page
from support.lakes import MARCH, receive


def ask(lake, sql, **more):
    with lake.ledger(is_held=False) as ledger:
        return reading.query(ledger, None, lake.dsn, sql, **more)


def names(lake):
    return [row[0] for row in ask(lake, "SELECT message_id FROM events ORDER BY 1").rows]


def test_every_row_is_there_once_whatever_has_it(lake, session):
    everything = ["m1", "m2", "m3", "m4", "m5", "m6"]
    assert names(lake) == everything
    lake.export()
    assert names(lake) == everything
    assert ask(lake, "SELECT count(*) FROM events").sources["events"] == {"files": 6, "postgresql": 0}

    with lake.ledger() as ledger:
        restorer.drop(ledger, ledger.storage(), "y2024m03", keep=3)
    assert names(lake) == everything

    receive(session, MARCH, page("late", userId="u9"))
    receive(session, None, page("now", userId="u9"))
    session.commit()
    assert names(lake) == ["late", *everything, "now"]
    session.call("c360.maintain_event_partitions", "acme")
    session.commit()
    lake.export()
    assert names(lake) == ["late", *everything, "now"]


def test_events_are_joined_with_who_is_who(lake):
    lake.export()

    answer = ask(
        lake,
        "SELECT count(*), count(DISTINCT master_profile_id) FROM events JOIN profile_links USING (raw_profile_id)",
    )

    assert answer.rows == [(6, 3)]


def test_values_are_what_postgresql_has(lake, session):
    lake.export()

    found = ask(lake, "SELECT payload FROM events WHERE message_id = 'm2'").rows

    assert found == [
        (session.value("SELECT payload::text FROM tenant_acme.cdp_behavioral_events WHERE message_id = 'm2'"),)
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_parquet('{root}/v1/events/**/*.parquet')",
        "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
        "SELECT getenv('HOME')",
        "ATTACH '/tmp/x.db' AS x",
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "CREATE TABLE x AS SELECT 1",
        "SELECT 1; SELECT 2",
        "EXPORT DATABASE '/tmp/x'",
        "CALL pragma_version()",
        "SELECT * FROM events_nobody_knows",
        "SELEKT",
        "",
    ],
)
def test_nothing_else_is_reached(lake, sql):
    lake.export("events")

    with pytest.raises(C360Error) as refused:
        ask(lake, sql.replace("{root}", str(lake.root)))

    assert refused.value.code in ("U4467", "U9100")


def test_a_query_ends_in_time(lake):
    with pytest.raises(C360Error) as stopped:
        ask(lake, "SELECT count(*) FROM range(1e12::bigint) AS r(a) WHERE hash(a) = 1", limits=reading.Limits(0.3))

    assert stopped.value.code == "U4467"
