"""What the lake has, verified, may leave PostgreSQL, and comes back as it was; what changed meanwhile may not."""

from __future__ import annotations

import pytest

from c360.domain.errors import C360Error
from c360.lake import compacting, restorer
from support.events import page
from support.lakes import MARCH, receive


def events(session):
    return session.rows("SELECT to_jsonb(event.*) AS row FROM tenant_acme.cdp_behavioral_events AS event ORDER BY row")


def partitions(session):
    return session.column(
        "SELECT right(part.relname, 8) FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid"
        " WHERE inhparent = 'tenant_acme.cdp_behavioral_events'::regclass AND part.relname ~ '_y2024' ORDER BY 1"
    )


def drop(lake, month="y2024m03", **more):
    with lake.ledger() as ledger:
        return restorer.drop(ledger, ledger.storage(), month, keep=3, **more)


def restore(lake, month="y2024m03"):
    with lake.ledger() as ledger:
        return restorer.restore(ledger, ledger.storage(), month)


def test_a_month_goes_and_comes_back_as_it_was(lake, session):
    lake.export()
    before = events(session)
    stored = lake.data()
    session.commit()

    assert drop(lake)["row_count"] == 4
    assert partitions(session) == ["y2024m04"]
    assert len(events(session)) == 2
    session.commit()

    assert restore(lake) == {"row_count": 4, "files": 2}
    assert restore(lake) == {"row_count": 0, "files": 0}
    assert partitions(session) == ["y2024m03", "y2024m04"]
    assert events(session) == before
    assert lake.data() == stored
    session.commit()
    assert not [outcome for outcome in lake.export() if outcome.is_changed or outcome.problems]
    assert drop(lake)["row_count"] == 4


def test_a_dry_run_says_how_many_would_go(lake, session):
    lake.export()
    assert drop(lake, dry_run=True) == {"row_count": 4}
    assert len(events(session)) == 6


def test_nothing_is_dropped_that_is_not_verified(lake):
    with pytest.raises(C360Error) as refused:
        drop(lake)
    assert refused.value.code == "U4464"


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO tenant_acme.cdp_behavioral_events (received_at, occurred_at, clock_status, raw_profile_id, source,"
        " message_id, type, event_name, payload) SELECT received_at, occurred_at, clock_status, raw_profile_id, source,"
        " 'late', type, event_name, payload FROM tenant_acme.cdp_behavioral_events WHERE message_id = 'm2'",
        "UPDATE tenant_acme.cdp_behavioral_events SET occurred_at = occurred_at + '1 microsecond'"
        " WHERE message_id = 'm2'",
        "DELETE FROM tenant_acme.cdp_behavioral_events WHERE message_id = 'm2'",
    ],
)
def test_a_row_that_came_changed_or_went_keeps_the_month(lake, session, change):
    lake.export()
    session.execute(change)
    session.commit()
    before = events(session)
    session.commit()

    with pytest.raises(C360Error) as refused:
        drop(lake)

    assert refused.value.code == "U4464"
    assert "2024-03-10" in refused.value.detail
    assert events(session) == before


def test_the_newest_months_stay_and_the_oldest_goes_first(lake):
    lake.export()
    with pytest.raises(C360Error) as newer:
        drop(lake, "y2024m04")
    with lake.ledger() as ledger, pytest.raises(C360Error) as newest:
        restorer.drop(ledger, ledger.storage(), "y2024m03", keep=1000)

    assert (newer.value.code, newest.value.code) == ("U4466", "U4466")


def test_rows_that_come_after_the_month_went_make_a_further_file_and_are_restored_beside(lake, session):
    lake.export()
    drop(lake)
    receive(session, MARCH, page("late", userId="u9"))
    session.call("c360.maintain_event_partitions", "acme")
    session.commit()

    (outcome,) = [outcome for outcome in lake.export("events") if outcome.is_changed]
    assert (outcome.rows, outcome.problems) == (1, [])
    assert restore(lake)["row_count"] == 4
    assert len(events(session)) == 7
    session.commit()
    assert not [outcome for outcome in lake.export("events") if outcome.is_changed or outcome.problems]

    with lake.ledger() as ledger:
        assert len(compacting.compact(ledger, ledger.storage())) == 1
    assert not [outcome for outcome in lake.export("events") if outcome.is_changed or outcome.problems]
    assert len([key for key in lake.data() if "dt=2024-03-10" in key and "/events/" in key]) == 1


def test_a_damaged_file_is_not_restored(lake, session):
    lake.export()
    drop(lake)
    key = next(key for key in lake.data() if "/events/" in key and "y2024m03" in key)
    (lake.root / key).write_bytes(lake.data()[key][:-1] + b"x")

    with pytest.raises(C360Error) as refused:
        restore(lake)

    assert refused.value.code == "U9032"
    assert partitions(session) == ["y2024m04"]
