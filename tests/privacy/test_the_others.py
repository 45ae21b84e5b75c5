"""Erasing a person leaves the others as if the person had never been there: for random records."""

from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.identity_cases import RECORD
from support.observations import observe, partition, resolve, strays

MANY = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def load(db, records):
    """{observation: number of the record}."""
    traits = ("first_name", "last_name", "date_of_birth")
    raws = {
        observe(
            db,
            day=number,
            traits={"number": number, **{name: record[name] for name in traits if name in record}},
            **{name: value for name, value in record.items() if name not in traits},
        ): number
        for number, record in records.items()
    }
    resolve(db)
    return raws


def people(db, raws):
    return {frozenset(raws[raw] for raw in person) for person in partition(db)}


@contextmanager
def undone(db):
    """What happens inside is taken back, also when the example is broken off while it draws."""
    db.value("SELECT 1")
    db.execute("SAVEPOINT example")
    try:
        yield
    finally:
        db.execute("ROLLBACK TO SAVEPOINT example")


@MANY
@given(records=st.lists(RECORD, min_size=2, max_size=12), choice=st.randoms(use_true_random=False))
def test_the_others_are_resolved_as_if_the_person_had_never_been_there(db, records, choice):
    everybody = dict(enumerate(records))
    with undone(db):
        raws = load(db, everybody)
        gone = choice.choice(sorted(people(db, raws), key=sorted))
        profile_id = db.value(
            "SELECT DISTINCT master_profile_id::text FROM tenant_acme.cdp_profile_links WHERE raw_profile_id = ANY(%s)",
            [raw for raw, number in raws.items() if number in gone],
        )

        db.call("c360.erase_profile", "acme", "profile_id", profile_id, "case 17")
        resolve(db)
        after_erasure, left_over = people(db, raws), strays(db)
        states = db.rows("SELECT identifier_type, value, state FROM tenant_acme.cdp_value_states ORDER BY 1, 2")
        db.call("c360.rebuild_identities", "acme")
        after_rebuild = people(db, raws)
    with undone(db):
        raws = load(db, {number: record for number, record in everybody.items() if number not in gone})
        never_there = people(db, raws)
        never_states = db.rows("SELECT identifier_type, value, state FROM tenant_acme.cdp_value_states ORDER BY 1, 2")

    assert after_erasure == never_there
    assert after_rebuild == never_there
    assert states == never_states
    assert left_over == []


def test_a_value_that_too_many_persons_had_ties_again(db):
    people_of_the_house = [
        observe(db, phone="+12025550101", user_id=f"u{number}", traits={"firstName": name, "lastName": "Tran"})
        for number, name in enumerate(("Lan", "Minh", "Hoa", "Cuc", "Nga", "Tam", "Vinh", "Quy", "Dung"))
    ]
    loose = [
        observe(db, phone="+12025550101", traits={"n": n, "firstName": "Lan", "lastName": "Tran"}) for n in range(2)
    ]
    resolve(db)
    assert db.value("SELECT state FROM tenant_acme.cdp_value_states WHERE value = '+12025550101'") == "shared"

    answer = db.call("c360.erase_profile", "acme", "user_id", "u8", "case 17")
    resolve(db)

    assert answer["requeued"] == len(people_of_the_house) - 1 + len(loose)
    assert db.value("SELECT state FROM tenant_acme.cdp_value_states WHERE value = '+12025550101'") is None
    assert any(set(loose) <= person for person in partition(db))


@pytest.mark.parametrize("of_0_1_0", [False, True], ids=["", "kept by a release that had one row for both"])
def test_an_order_that_somebody_else_reported_too_is_theirs(db, of_0_1_0):
    def order(user, message, minute):
        return {
            "type": "track",
            "event": "Order Completed",
            "messageId": message,
            "userId": user,
            "timestamp": f"2026-01-01T10:0{minute}:00Z",
            "properties": {"order_id": "o1", "total": 10, "currency": "USD"},
        }

    db.call("c360.ingest", "acme", [order("u1", "m1", 1), order("u2", "m2", 2)])
    resolve(db)
    assert [db.call("c360.profile", "acme", "user_id", user).get("total_orders") for user in ("u1", "u2")] == [1, None]
    if of_0_1_0:
        db.execute("DELETE FROM tenant_acme.cdp_purchases WHERE message_id = 'm2'")
        db.execute("UPDATE tenant_acme.cdp_purchases SET report_count = 2")

    db.call("c360.erase_profile", "acme", "user_id", "u1", "case 17")
    resolve(db)

    assert db.rows("SELECT message_id, report_count FROM tenant_acme.cdp_purchases") == [("m2", 1)]
    assert db.call("c360.profile", "acme", "user_id", "u2")["total_orders"] == 1
