"""An export of a lake of Iceberg tables: what they say is what the ledger says, whatever happened in between."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import Table

from c360.lake import erasing, iceberg
from c360.lake.iceberg import Iceberg, open_iceberg
from support.events import page
from support.lakes import MARCH, Lake, receive
from support.session import Session


@pytest.fixture
def tables(lake: Lake, session: Session) -> Iterator[Iceberg]:
    """The lake is one of Iceberg tables; what this gives looks at them from the side."""
    as_kind(session, lake, "iceberg")
    with lake.ledger(is_held=False) as ledger:
        storage = ledger.storage()
        with open_iceberg(ledger.connection, storage, {}, "acme") as opened:
            yield opened


def as_kind(session: Session, lake: Lake, kind: str) -> None:
    session.execute("SELECT c360.set_lake('acme', %s, '{}', %s)", f"file://{lake.root}", kind)
    session.commit()


def table(tables: Iceberg, name: str = "events") -> Table:
    found: Table = tables._catalog.load_table(("acme", name))
    return found


def event_ids(lake: Lake, tables: Iceberg) -> list[int]:
    """What another program reads, which goes to the files by itself."""
    own = tables._catalog
    catalog = SqlCatalog("c360", **{name: value for name, value in own.properties.items() if name != "py-io-impl"})
    try:
        rows = catalog.load_table(("acme", "events")).scan().to_arrow()
        return sorted(rows.column("event_id").to_pylist())
    finally:
        catalog.close()


def stored_ids(session: Session) -> list[int]:
    found = session.column("SELECT event_id FROM tenant_acme.cdp_behavioral_events ORDER BY event_id")
    session.commit()
    return found


def test_tables_say_what_postgresql_has_and_a_repetition_writes_nothing(
    lake: Lake, tables: Iceberg, session: Session
) -> None:
    lake.export()

    assert event_ids(lake, tables) == stored_ids(session)
    names = {name for _, name in tables._catalog.list_tables("acme")}
    assert {"events", "purchases", "profile_links"} <= names
    months = [one.summary["c360.partition"] for one in table(tables).metadata.snapshots if one.summary]
    assert months == ["y2024m03", "y2024m04"]
    before = lake.objects()

    lake.export()

    assert lake.objects() == before


def test_a_late_row_is_added_and_a_changed_one_takes_the_old_file_with_it(
    lake: Lake, tables: Iceberg, session: Session
) -> None:
    lake.export("events")
    receive(session, MARCH, page("late", userId="u9"))
    session.commit()

    lake.export("events")

    assert event_ids(lake, tables) == stored_ids(session)
    assert [one.summary.operation.value for one in table(tables).metadata.snapshots if one.summary] == ["append"] * 3

    session.execute("UPDATE tenant_acme.cdp_behavioral_events SET event_name = 'changed' WHERE message_id = 'm1'")
    session.commit()
    before = lake.data().keys()

    lake.export("events")

    assert before - lake.data().keys() != set()
    assert event_ids(lake, tables) == stored_ids(session)
    assert len(table(tables).metadata.snapshots) == 1
    assert tables.unreachable("events") == []


def test_an_export_that_was_killed_at_the_table_is_finished_by_the_next(
    lake: Lake, tables: Iceberg, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for name in ("_published", "_purge"):
        with monkeypatch.context() as patch:
            patch.setattr(Iceberg, name, die)
            session.execute(
                "UPDATE tenant_acme.cdp_behavioral_events SET event_name = %s WHERE message_id = 'm1'", name
            )
            session.commit()
            with pytest.raises(KeyboardInterrupt):
                lake.export("events")

        lake.export("events")

        assert event_ids(lake, tables) == stored_ids(session)
        assert tables.unreachable("events") == []


def test_tables_whose_metadata_are_gone_are_made_anew(lake: Lake, tables: Iceberg, session: Session) -> None:
    lake.export("events")
    shutil.rmtree(lake.root / "v1/_iceberg")

    lake.export("events")

    assert event_ids(lake, tables) == stored_ids(session)


def test_a_lake_that_is_one_of_iceberg_no_more_leaves_no_tables(lake: Lake, tables: Iceberg, session: Session) -> None:
    lake.export()
    as_kind(session, lake, "parquet")

    lake.export()

    assert tables._catalog.list_tables("acme") == []
    assert [key for key in lake.objects() if "_iceberg" in key] == []
    as_kind(session, lake, "iceberg")
    lake.export("events")
    assert event_ids(lake, tables) == stored_ids(session)


def test_maintenance_puts_right_what_differs(lake: Lake, tables: Iceberg, session: Session) -> None:
    lake.export("events")
    with table(tables).transaction() as transaction:
        transaction.delete("event_id >= 0")

    with lake.ledger() as ledger:
        planned = iceberg.maintain(ledger, ledger.storage(), dry_run=True)
        assert [len(one.differences) > 0 for one in planned] == [True]
        assert event_ids(lake, tables) == []
        iceberg.maintain(ledger, ledger.storage())
        again = iceberg.maintain(ledger, ledger.storage(), keep=timedelta(0), grace=timedelta(0))

    assert [one.differences for one in again] == [[]]
    assert event_ids(lake, tables) == stored_ids(session)
    assert tables.unreachable("events") == []


def test_a_table_that_somebody_else_wrote_to_is_made_anew_when_that_is_asked_for(
    lake: Lake, tables: Iceberg, session: Session
) -> None:
    lake.export("events")
    own = table(tables)
    own.append(own.schema().as_arrow().empty_table().from_pylist([{"event_id": 1}], own.schema().as_arrow()))

    with lake.ledger() as ledger:
        with pytest.raises(iceberg.IcebergRefused):
            iceberg.maintain(ledger, ledger.storage())
        iceberg.maintain(ledger, ledger.storage(), rebuild=True)

    assert event_ids(lake, tables) == stored_ids(session)
    assert tables.unreachable("events") == []


def test_of_an_erased_person_the_tables_keep_nothing(lake: Lake, tables: Iceberg, session: Session) -> None:
    lake.export()
    before = set(event_ids(lake, tables))
    session.call("c360.erase_profile", "acme", "user_id", "u2", "case 17")
    session.commit()
    stray = lake.root / "v1/_iceberg/events/tenant=acme/metadata/left.avro"
    stray.write_bytes(b"of a process that was killed")

    with lake.ledger() as ledger:
        proof = erasing.Eraser(ledger, ledger.storage()).erase()

    assert proof is not None
    assert (proof["found"], proof["retained"]) == (0, [])
    assert set(event_ids(lake, tables)) < before
    assert len(table(tables).metadata.snapshots) == 1
    assert tables.unreachable("events") == []
    assert not stray.exists()
    assert lake.export() is not None
    assert event_ids(lake, tables) == stored_ids(session)


def test_what_another_engine_wrote_is_no_proof(lake: Lake, tables: Iceberg, session: Session) -> None:
    lake.export()
    own = table(tables)
    own.append(own.schema().as_arrow().empty_table().from_pylist([{"event_id": 1}], own.schema().as_arrow()))
    session.call("c360.erase_profile", "acme", "user_id", "u2", "case 17")
    session.commit()

    with lake.ledger() as ledger, pytest.raises(iceberg.IcebergRefused, match="somebody else"):
        erasing.Eraser(ledger, ledger.storage()).erase()
