"""Of an erased person nothing is left in the lake, whether PostgreSQL still has the month or not; others stay."""

from __future__ import annotations

import pytest

from c360.domain.errors import C360Error
from c360.lake import erasing, libraries, restorer
from support.canaries import Canary, plant
from support.lakes import Lake
from support.observations import observe, resolve

AGO = "UPDATE {table} SET {column} = {column} - interval '6 months'"


@pytest.fixture
def people(session):
    stranger = observe(session, user_id="stranger", traits={"firstName": "Stranger"})
    resolve(session)
    gone, stays = Canary("alfa1"), Canary("bravo2")
    for canary in (gone, stays):
        plant(session, canary, stranger)
    resolve(session)
    for table, column in (
        ("tenant_acme.cdp_behavioral_events", "received_at"),
        ("tenant_acme.cdp_purchases", "occurred_at"),
        ("tenant_acme.cdp_profile_history", "valid_from"),
        ("c360.messages", "created_at"),
    ):
        session.execute(AGO.format(table=table, column=column))
    session.call("c360.maintain_event_partitions", "acme")
    session.commit()
    return gone, stays


@pytest.fixture
def lake(database, session, people, tmp_path):
    session.call("c360.set_lake", "acme", f"file://{tmp_path}/lake")
    session.commit()
    return Lake(database.dsn, tmp_path / "lake")


def found(lake, words):
    """Which words are anywhere in the files, read by a reader of its own; compressed bytes tell nothing."""
    seen = set()
    with libraries.duckdb().connect() as reader:
        for key in lake.data():
            rows = reader.execute("SELECT CAST(kept AS VARCHAR) FROM read_parquet($1) AS kept", [str(lake.root / key)])
            text = "\n".join(row[0] for row in rows.fetchall()).lower()
            seen |= {word for word in words if word.lower() in text}
    return seen


def erase(lake):
    with lake.ledger() as ledger:
        return erasing.Eraser(ledger, ledger.storage()).erase()


def drop_all(lake):
    with lake.ledger() as ledger:
        for month in restorer.droppable(ledger):
            restorer.drop(ledger, ledger.storage(), month, keep=3)


@pytest.mark.parametrize("mode", ["erase", "anonymise"])
@pytest.mark.parametrize("is_dropped", [False, True], ids=["kept", "dropped"])
def test_nothing_of_an_erased_person_is_left(lake, session, people, mode, is_dropped):
    gone, stays = people
    assert not [outcome for outcome in lake.export() if outcome.problems]
    if is_dropped:
        drop_all(lake)
    # Not every channel ends in a table of the lake.
    of_gone, of_stays = found(lake, gone.words()), found(lake, stays.words())
    assert len(of_gone) > 15
    assert len(of_gone) == len(of_stays)

    session.call("c360.erase_profile", "acme", "user_id", gone.user_id, "case 17", mode)
    session.commit()
    proof = erase(lake)
    outcomes = lake.export()

    assert (proof["found"], proof["retained"]) == (0, [])
    assert proof["rows_removed"] > 0
    assert not [outcome for outcome in outcomes if outcome.problems]
    assert found(lake, {*gone.words(), gone.email}) == set()
    assert found(lake, stays.words()) == of_stays
    (kept,) = session.call_rows("c360.lake_erasures", "acme")
    assert kept["proof"] == proof
    assert session.row("SELECT raw_profile_ids, master_profile_ids, texts FROM tenant_acme.cdp_lake_erasures") == (
        None,
        None,
        None,
    )
    session.commit()
    assert erase(lake) is None


def test_a_month_with_an_erased_person_is_not_dropped_until_they_are_out(lake, session, people):
    gone, _ = people
    lake.export()
    session.call("c360.erase_profile", "acme", "user_id", gone.user_id, "case 17")
    session.commit()

    with lake.ledger() as ledger:
        assert restorer.droppable(ledger) == []
    erase(lake)
    lake.export()
    with lake.ledger() as ledger:
        assert len(restorer.droppable(ledger)) >= 1


def test_what_an_export_left_unfinished_goes(lake, session, people):
    gone, _ = people
    lake.export()
    with lake.ledger() as ledger:
        file = next(file for file in ledger.files("events"))
        table = ledger.tables()["events"]
        key = ledger.write("begin_lake_file", "events", file.partition, file.day, 7, table.schema_hash)
    (lake.root / key).write_bytes((lake.root / file.key).read_bytes())

    session.call("c360.erase_profile", "acme", "user_id", gone.user_id, "case 17")
    session.commit()
    erase(lake)

    assert key not in lake.data()


def test_an_object_nobody_knows_is_no_proof(lake, session, people):
    gone, _ = people
    lake.export()
    holding = next(
        key
        for key in lake.data()
        if "/events/" in key and gone("property") in found(Alone(lake, key), {gone("property")})
    )
    stray = lake.root / holding.replace("-0000-", "-0099-")
    stray.write_bytes((lake.root / holding).read_bytes())
    session.call("c360.erase_profile", "acme", "user_id", gone.user_id, "case 17")
    session.commit()

    with pytest.raises(C360Error) as refused:
        erase(lake)

    assert refused.value.code == "U4464"
    assert "-0099-" in refused.value.detail
    stray.unlink()
    assert erase(lake)["found"] == 0


class Alone:
    """One object of a lake as if it were all."""

    def __init__(self, lake, key):
        self.root = lake.root
        self.key = key

    def data(self):
        return [self.key]
