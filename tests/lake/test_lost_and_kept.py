"""What must not be lost, and must not stay.

Objects that are gone before a month is dropped, erasures beside a first export, stores that refuse to delete, and what
a restore left behind.
"""

from __future__ import annotations

import pytest

from c360.domain.errors import C360Error
from c360.lake import erasing, reading, restorer
from c360.lake.exporter import Exporter
from c360.lake.storage import Retained
from support.events import page
from support.lakes import MARCH, receive


def events_of(session, month="2024-03"):
    session.rollback()
    return session.value(
        "SELECT count(*) FROM tenant_acme.cdp_behavioral_events"
        " WHERE to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM') = %s",
        month,
    )


def erase_person(session, user="u1"):
    session.call("c360.erase_profile", "acme", "user_id", user, "case 17")
    session.commit()


def drop(lake, **more):
    with lake.ledger() as ledger:
        return restorer.drop(ledger, ledger.storage(), "y2024m03", keep=3, **more)


def test_a_month_whose_objects_are_gone_is_not_dropped(lake, session):
    lake.export()
    for key in lake.data():
        if key.startswith("v1/events/") and "y2024m03" in key:
            (lake.root / key).unlink()

    for is_dry in (True, False):
        with pytest.raises(C360Error) as refused:
            drop(lake, dry_run=is_dry)
        assert refused.value.code == "U4464"
        assert "is not there" in refused.value.detail

    assert events_of(session) == 4


def test_a_person_who_is_erased_while_a_first_export_reads_does_not_stay(lake, session):
    class Slow(Exporter):
        def _write(self, *given):
            # The rows are read under a snapshot of before.
            erase_person(session)
            return super()._write(*given)

    with lake.ledger() as ledger:
        Slow(ledger, ledger.storage(), lake.dsn).export("events", "y2024m03")
    session.rollback()
    assert session.value("SELECT tenant_acme.lake_status() -> 'erasures_waiting'") == 1

    with lake.ledger() as ledger:
        proof = erasing.Eraser(ledger, ledger.storage()).erase()
    assert proof["rows_removed"] > 0
    assert proof["found"] == 0


class _Locked:
    """A store that refuses to delete rows for a while."""

    def __init__(self, store):
        self._store = store
        self.is_locked = True

    def __getattr__(self, name):
        return getattr(self._store, name)

    def delete(self, key):
        if self.is_locked and key.endswith(".parquet"):
            return [Retained(key, None, None, "locked")]
        return self._store.delete(key)


def test_what_a_store_keeps_for_a_while_is_deleted_later(lake, session):
    lake.export()
    erase_person(session, "u1")
    with lake.ledger() as ledger:
        store = _Locked(ledger.storage())
        before = set(lake.data())
        proof = erasing.Eraser(ledger, store).erase()
        assert {kept["key"] for kept in proof["retained"]} <= before
        assert before <= set(lake.data())

        erase_person(session, "u2")
        assert erasing.Eraser(ledger, store).erase()["found"] == 0

        store.is_locked = False
        exporter = Exporter(ledger, store, lake.dsn)
        assert not [outcome for outcome in (exporter.export(*one) for one in exporter.partitions()) if outcome.problems]

    session.rollback()
    known = set(session.column("SELECT key FROM tenant_acme.lake_files() WHERE state <> 'stale'"))
    assert set(lake.data()) == known


def test_nothing_of_an_erased_person_comes_back_by_a_restore(lake, session):
    lake.export()
    drop(lake)
    erase_person(session)

    with lake.ledger() as ledger:
        with pytest.raises(C360Error) as refused:
            ledger.write("begin_lake_restore", "y2024m03")
        assert refused.value.code == "U4464"
        assert restorer.restore(ledger, ledger.storage(), "y2024m03")["row_count"] == 2

    assert events_of(session) == 2
    assert session.value("SELECT to_regclass('tenant_acme.cdp_lake_restoring')") is None


def test_what_an_interrupted_restore_had_copied_goes_with_the_person(lake, session):
    lake.export()
    drop(lake)
    with lake.ledger() as ledger:
        ledger.write("begin_lake_restore", "y2024m03")

    erase_person(session)

    assert session.value("SELECT to_regclass('tenant_acme.cdp_lake_restoring')") is None


def test_what_an_erasure_changed_in_place_is_read_from_postgresql_until_the_lake_has_it(lake, session):
    lake.export()
    session.call("c360.erase_profile", "acme", "user_id", "u1", "case 17", "anonymise")
    session.commit()
    with lake.ledger(is_held=False) as ledger:
        found = reading.query(ledger, None, lake.dsn, "SELECT count(*) FROM events")

    assert found.rows == [(session.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events"),)]


def test_an_object_that_is_no_parquet_is_no_proof_and_stops_nothing_else(lake, session):
    lake.export()
    stray = lake.root / "v1/events/tenant=acme/dt=2024-03-10/left.parquet"
    stray.write_bytes(b"not parquet")
    erase_person(session)
    with lake.ledger() as ledger:
        with pytest.raises(C360Error) as refused:
            erasing.Eraser(ledger, ledger.storage()).erase()
        assert "left.parquet" in f"{refused.value.message} {refused.value.detail}"
        stray.unlink()
        assert erasing.Eraser(ledger, ledger.storage()).erase()["found"] == 0


def test_rows_that_come_after_an_export_keep_the_month(lake, session):
    lake.export()
    receive(session, MARCH, page("late", userId="u3"))
    session.commit()
    with pytest.raises(C360Error) as refused:
        drop(lake)
    assert refused.value.code == "U4464"
    assert events_of(session) == 5
