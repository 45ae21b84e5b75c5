"""Pinot's own code takes the definitions: configurations are valid, messages become rows, segments give them back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from c360.lake.definitions import Lake, definitions
from support.events import ingest, track
from support.lake_files import EVENTS, checksum, micros
from support.nasty_rows import nasty_events
from support.pinot import Pinot, PinotRefused, pinot
from support.session import Session

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def code() -> Pinot:
    return pinot()


@pytest.fixture
def files(nasty_lake: Lake, tmp_path: Path) -> Path:
    for one in definitions(nasty_lake, "pinot"):
        (tmp_path / one.name).write_text(one.text)
    return tmp_path


def test_schemas_and_tables_are_valid(code: Pinot, files: Path) -> None:
    events, links = files / "c360_acme_events_schema.json", files / "c360_acme_profile_links_schema.json"

    code.ask("validate", events, files / "c360_acme_events_offline.json", files / "c360_acme_events_realtime.json")
    code.ask("validate", links, files / "c360_acme_profile_links_offline.json")

    broken = json.loads((files / "c360_acme_events_offline.json").read_text())
    broken["tableIndexConfig"]["invertedIndexColumns"] = ["no_such_column"]
    (files / "broken.json").write_text(json.dumps(broken))
    with pytest.raises(PinotRefused, match="no_such_column"):
        code.ask("validate", events, files / "broken.json")


def test_a_segment_gives_back_the_rows_with_their_checksum(code: Pinot, files: Path, tmp_path: Path) -> None:
    rows = nasty_events(5_000)
    names = [column.name for column in EVENTS.columns]
    lines = [
        json.dumps(dict(zip(names, [row[0], micros(row[1]), micros(row[2]), *row[3:]], strict=True))) for row in rows
    ]
    (tmp_path / "rows").write_text("\n".join(lines))

    told = code.ask(
        "segment",
        files / "c360_acme_events_schema.json",
        files / "c360_acme_events_offline.json",
        tmp_path / "rows",
        tmp_path / "segments",
    )

    assert len(told) == len(rows)
    assert checksum(
        EVENTS, [[row["event_type" if name == "type" else name] for name in names] for row in told]
    ) == checksum(EVENTS, rows)


def test_a_message_of_the_topic_becomes_the_event_that_was_stored(code: Pinot, files: Path, db: Session) -> None:
    db.call("c360.create_topic_consumer", "acme", "c360-behavioral-events", "pinot")
    ingest(db, track('it\'s \\ "quoted" 🛒', "m1", userId="lan", properties={"total": 1.5, "note": "a\nb\u2028"}))
    ingest(db, track("whole second", "m2", userId="lan", timestamp="2026-01-05T10:00:00Z"))
    bodies = db.column("SELECT body FROM c360.messages WHERE topic = 'c360-behavioral-events' ORDER BY seq")
    (files / "messages").write_text("\n".join([*bodies, '{"type":"events.recorded","data":{"count":1}}']))

    told = code.ask(
        "rows",
        files / "c360_acme_events_schema.json",
        files / "c360_acme_events_realtime.json",
        files / "messages",
    )

    stored = db.records("""
        SELECT event_id, (extract(epoch FROM received_at) * 1000000)::bigint AS received_at,
            (extract(epoch FROM occurred_at) * 1000000)::bigint AS occurred_at, raw_profile_id, source, message_id,
            type AS event_type, event_name, payload
        FROM tenant_acme.cdp_behavioral_events
        ORDER BY event_id
    """)
    assert len(told) == len(stored) == 2
    for row, event in zip(told, stored, strict=True):
        assert json.loads(row.pop("payload")) == event.pop("payload")
        assert {name: row[name] for name in event} == event
