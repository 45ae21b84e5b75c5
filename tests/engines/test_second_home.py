"""ClickHouse as a second home of events: months from the lake have its checksum, messages of the topic are rows."""

from __future__ import annotations

import json

import pytest

from c360.lake.definitions import Lake, definitions
from support.events import ingest, track
from support.lake_files import EVENTS, checksum
from support.nasty_rows import nasty_events
from support.query_engine import QueryEngine, tell
from support.session import Session

pytestmark = pytest.mark.engines


def statements(lake: Lake, name: str) -> list[str]:
    text = next(one.text for one in definitions(lake, "clickhouse") if one.name == name)
    return [statement for statement in text.rstrip(";").split(";\n") if statement.strip()]


@pytest.fixture
def home(chdb: QueryEngine, nasty_lake: Lake) -> QueryEngine:
    chdb.execute("DROP DATABASE IF EXISTS c360_acme SYNC")
    tell(chdb, definitions(nasty_lake, "clickhouse"))
    for statement in statements(nasty_lake, "home.sql"):
        chdb.execute(statement)
    return chdb


def test_a_month_that_was_loaded_has_the_checksum_of_the_lake_also_the_second_time(
    home: QueryEngine, nasty_lake: Lake
) -> None:
    rows = nasty_events(50_000)
    drop, insert, *forget = statements(nasty_lake, "load.sql")
    for _ in range(2):
        for month in ("2026-09", "2026-10"):
            home.execute(drop.replace("202610", month.replace("-", "")))
            home.execute(insert.replace("2026-10-", f"{month}-"))

    answered = home.execute("SELECT sum(row_count), sum(checksum) FROM c360_acme.events_home_checksums")
    assert answered == [(str(len(rows)), str(checksum(EVENTS, rows)))]
    assert home.execute("SELECT * FROM c360_acme.events_home_checksums ORDER BY dt") == home.execute(
        "SELECT * FROM c360_acme.events_checksums ORDER BY dt"
    )

    somebody = rows[0][4]
    home.execute(forget[0].replace("(0)", f"({somebody})"))
    left = [row for row in rows if row[4] != somebody]
    answered = home.execute("SELECT sum(row_count), sum(checksum) FROM c360_acme.events_home_checksums")
    assert answered == [(str(len(left)), str(checksum(EVENTS, left)))]


def test_a_message_of_the_topic_is_the_event_that_was_stored(home: QueryEngine, db: Session, nasty_lake: Lake) -> None:
    db.call("c360.create_topic_consumer", "acme", "c360-behavioral-events", "clickhouse")
    ingest(db, track('it\'s \\ "quoted" 🛒', "m1", userId="lan", properties={"total": 1.5, "note": "a\nb\u2028"}))
    body = db.value("SELECT body FROM c360.messages WHERE topic = 'c360-behavioral-events' AND type = 'event.recorded'")
    _, view = statements(nasty_lake, "kafka.sql")
    home.execute("CREATE TABLE c360_acme.events_topic (message String) ENGINE = Memory")
    home.execute(view)

    escaped = body.replace("\\", "\\\\").replace("'", "\\'")
    home.execute(f"INSERT INTO c360_acme.events_topic VALUES ('{escaped}')")

    [row] = home.execute("""
        SELECT event_id, toUnixTimestamp64Micro(received_at), toUnixTimestamp64Micro(occurred_at), raw_profile_id,
            source, message_id, type, event_name, payload
        FROM c360_acme.events_recent
    """)
    stored = db.row("""
        SELECT event_id, (extract(epoch FROM received_at) * 1000000)::bigint,
            (extract(epoch FROM occurred_at) * 1000000)::bigint, raw_profile_id, source, message_id, type, event_name
        FROM tenant_acme.cdp_behavioral_events
    """)
    assert row[:-1] == tuple(map(str, stored))
    assert json.loads(row[-1]) == db.value("SELECT payload FROM tenant_acme.cdp_behavioral_events")
