"""Months that are over go into the lake, verified; late and changed rows are found; repeating changes nothing."""

from __future__ import annotations

import json

import pytest

from c360.domain.errors import C360Error
from c360.lake import libraries
from support.events import page
from support.lakes import APRIL, MARCH, receive


def states(session):
    return {
        (row["table_name"], row["partition"]): row["state"] for row in session.call_rows("c360.lake_partitions", "acme")
    }


def rows_in(lake, pattern="events"):
    """How many rows the files of a table have, by a reader of its own."""
    with libraries.duckdb().connect() as reader:
        files = f"{lake.root}/v1/{pattern}/**/*.parquet"
        return reader.execute("SELECT count(*) FROM read_parquet($1)", [files]).fetchone()[0]


def test_months_that_are_over_are_written_and_verified(lake, session):
    outcomes = lake.export()

    assert [outcome.problems for outcome in outcomes if outcome.problems] == []
    known = states(session)
    assert known["events", "y2024m03"] == known["events", "y2024m04"] == "verified"
    assert known["purchases", "y2024m03"] == "verified"
    assert known["profile_links", "all"] == "verified"
    assert rows_in(lake) == 6
    keys = list(lake.data())
    assert any(key.startswith("v1/events/tenant=acme/dt=2024-03-31/y2024m03-0000-") for key in keys)
    assert any(key.startswith("v1/events/tenant=acme/dt=2024-04-01/y2024m04-0000-") for key in keys)


def test_the_manifest_names_the_files_and_nothing_else(lake):
    lake.export()

    manifest = json.loads(lake.objects()["v1/_manifest/events/acme/y2024m03.json"])

    stored = {key for key in lake.data() if "/events/" in key and "y2024m03" in key}
    assert {file["key"] for file in manifest["files"]} == stored
    assert sum(file["rows"] for file in manifest["files"]) == 4
    assert manifest["state"] == "verified"
    assert [column["name"] for column in manifest["schema"]][:2] == ["event_id", "received_at"]


def test_repeating_writes_nothing(lake):
    lake.export()
    before = lake.objects()

    outcomes = lake.export()

    assert [outcome.partition for outcome in outcomes if outcome.is_changed] == []
    assert lake.objects() == before


def test_the_same_rows_are_the_same_bytes(lake, tmp_path, session):
    lake.export()
    before = lake.objects()
    session.execute("DELETE FROM tenant_acme.cdp_lake_partitions")
    session.call("c360.set_lake", "acme", f"file://{tmp_path}/other")
    session.commit()
    lake.root = tmp_path / "other"

    lake.export()

    assert lake.objects() == before


def test_late_rows_make_a_further_file(lake, session):
    lake.export()
    before = lake.data()
    receive(session, MARCH, page("late", userId="u9"))
    session.commit()

    outcomes = lake.export("events")

    assert [(o.partition, o.rows, o.late) for o in outcomes if o.is_changed] == [("y2024m03", 1, 1)]
    after = lake.data()
    assert before.items() <= after.items()
    (further,) = after.keys() - before.keys()
    assert "/dt=2024-03-10/y2024m03-0001-" in further
    assert rows_in(lake) == 7


def test_a_changed_row_makes_a_new_file_in_place_of_the_old(lake, session):
    lake.export()
    before = lake.data()
    session.execute(
        "UPDATE tenant_acme.cdp_behavioral_events SET payload = payload || '{\"new\": true}' WHERE message_id = 'm2'"
    )
    session.commit()

    (outcome,) = [outcome for outcome in lake.export("events") if outcome.is_changed]

    assert (outcome.rows, outcome.late, outcome.problems) == (3, 0, [])
    (gone,), (new,) = before.keys() - lake.data().keys(), lake.data().keys() - before.keys()
    assert "dt=2024-03-10/y2024m03-0000" in gone
    assert "dt=2024-03-10/y2024m03-0001" in new
    assert rows_in(lake) == 6


def test_two_at_once_take_turns(lake):
    with lake.ledger(), pytest.raises(C360Error) as busy, lake.ledger():
        pass

    assert busy.value.code == "U4462"


def test_who_was_given_up_is_refused(lake):
    with lake.ledger() as ledger:
        ledger.epoch -= 1
        with pytest.raises(C360Error) as given_up:
            lake.exporter(ledger).export("events", "y2024m03")
        ledger.epoch += 1

    assert given_up.value.code == "U4463"
    assert lake.data() == {}


def test_a_suspended_tenant_is_not_exported(lake, session):
    session.call("c360.suspend_tenant", "acme")
    session.commit()

    with pytest.raises(C360Error) as refused, lake.ledger():
        pass

    assert refused.value.code == "U4423"
    session.call("c360.lake_status", "acme")


def test_a_month_without_a_partition_is_exported_from_where_it_is(lake, session):
    receive(session, "2023-01-05T00:00:00Z", page("stray", userId="u1"))
    session.commit()

    lake.export("events")

    assert states(session)["events", "y2023m01"] == "verified"


def test_a_purchase_that_moves_to_another_day_is_counted_once(lake, session):
    lake.export()
    session.execute(
        "UPDATE tenant_acme.cdp_purchases SET occurred_at = %s WHERE order_id = 'o1' AND kind = 'order'", APRIL
    )
    session.commit()

    outcomes = lake.export("purchases")

    assert [outcome.problems for outcome in outcomes if outcome.problems] == []
    assert rows_in(lake, "purchases") == session.value("SELECT count(*) FROM tenant_acme.cdp_purchases")
