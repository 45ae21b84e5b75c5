"""What is undone is as if it had never been, and the past stays what it was: for random records and decisions."""

from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.observations import master_of, observe, partition, resolve

MANY = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
RECORD = st.fixed_dictionaries(
    {},
    optional={
        "user_id": st.sampled_from(["u1", "u2", "u3"]),
        "email": st.sampled_from(["a@s.vn", "b@s.vn", "c@s.vn"]),
        "phone": st.sampled_from(["+12025550101", "+12025550102"]),
        "anonymous_id": st.sampled_from(["k1", "k2", "k3"]),
    },
)
RECORDS = st.lists(RECORD, min_size=2, max_size=10)


@pytest.fixture
def clean(db):
    """Each example starts from nothing: a savepoint, rolled back."""
    db.value("SELECT 1")

    class Example:
        def __enter__(self) -> Any:
            db.execute("SAVEPOINT example")
            return db

        def __exit__(self, *_: object) -> None:
            db.execute("ROLLBACK TO SAVEPOINT example")

    return Example


def load(db, records):
    return [
        observe(
            db,
            source=f"s{index % 3}",
            day=index % 4,
            traits={"number": index, "city": f"c{index % 5}", "interests": [str(index)]},
            **record,
        )
        for index, record in enumerate(records)
    ]


def documents(db, *, only_active=False):
    """All golden records, byte for byte, and where merged ids lead; without counting versions."""
    return db.rows(
        "SELECT (to_jsonb(golden) - '{version,updated_at}'::text[])::text"
        " FROM tenant_acme.cdp_master_profiles AS golden"
        " WHERE NOT (%s AND status = 'merged') ORDER BY master_profile_id",
        only_active,
    )


@MANY
@given(data=st.data(), records=RECORDS)
def test_merge_then_split_restores_every_golden_record_byte_for_byte(clean, data, records):
    with clean() as db:
        raws = load(db, records)
        resolve(db)
        people = sorted(partition(db), key=min)
        if len(people) < 2:
            return
        one, other = (people[index] for index in sorted(data.draw(st.sampled_from(_pairs(len(people))))))
        before = documents(db)

        ids = [master_of(db, min(one)), master_of(db, min(other))]
        merged = db.call("c360.merge_profiles", "acme", *ids)
        together = partition(db)
        split = db.call("c360.split_profile", "acme", ids[0], sorted(other))

        assert any(one | other <= part for part in together)
        assert split["replaced"] == [merged["link_override_id"]]
        assert other <= set(split["left"])
        assert set(partition(db)) == set(people)
        assert documents(db) == before
        assert db.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue") == 0
        assert set().union(*people) == set(raws)


@MANY
@given(data=st.data(), records=RECORDS)
def test_a_decision_taken_back_leaves_what_the_rules_say(clean, data, records):
    with clean() as db:
        raws = load(db, records)
        resolve(db)
        before, said = partition(db), documents(db, only_active=True)
        first, second = data.draw(st.sampled_from(_pairs(len(raws))))
        kind = data.draw(st.sampled_from(["must_link", "cannot_link"]))

        answer = db.call("c360.set_link_override", "acme", kind, [raws[first]], [raws[second]])
        decided = partition(db)
        db.call("c360.remove_link_override", "acme", answer["link_override_id"])

        together = any({raws[first], raws[second]} <= part for part in decided)
        assert together is (kind == "must_link")
        assert partition(db) == before
        assert documents(db, only_active=True) == said


@settings(MANY, max_examples=10)
@given(data=st.data(), records=RECORDS)
def test_the_past_is_what_it_was_across_merges_and_splits(clean, data, records):
    with clean() as db:
        raws, moments = [], []
        for index, record in enumerate(records):
            raws.append(observe(db, traits={"number": index, "city": f"c{index % 5}"}, **record))
            resolve(db)
            if data.draw(st.booleans()):
                _decide_something(db, data, raws)
            moments.append((db.value("SELECT clock_timestamp()"), _shown(db)))

        for moment, shown in moments:
            assert {profile: _as_of(db, profile, moment) for profile in shown} == shown


def _pairs(count):
    return [(a, b) for a in range(count) for b in range(count) if a < b]


def _decide_something(db, data, raws):
    """A merge or a split by hand, if there is anything to merge or split."""
    first, second = data.draw(st.sampled_from(raws)), data.draw(st.sampled_from(raws))
    db.execute("SAVEPOINT decision")
    try:
        if master_of(db, first) == master_of(db, second):
            db.call("c360.split_profile", "acme", master_of(db, first), [second])
        else:
            db.call("c360.merge_profiles", "acme", master_of(db, first), master_of(db, second))
    except psycopg.Error as error:
        if error.sqlstate != "U2306":
            raise
        db.execute("ROLLBACK TO SAVEPOINT decision")


def _shown(db):
    """Every id ever given, and what it answers now: read from the golden records themselves."""
    return {
        profile: (survivor, document)
        for profile, survivor, document in db.rows(
            "SELECT asked.master_profile_id::text, told.master_profile_id::text, c360._profile_document(to_jsonb(told))"
            " FROM tenant_acme.cdp_master_profiles AS asked"
            " JOIN tenant_acme.cdp_master_profiles AS told"
            " ON told.master_profile_id = coalesce(asked.merged_into, asked.master_profile_id)"
        )
    }


def _as_of(db, profile, moment):
    answer = db.call("c360.profile_as_of", "acme", profile, moment)
    bookkeeping = {"profile_id", "requested_id", "redirected", "version", "valid_from"}
    return answer["profile_id"], {name: value for name, value in answer.items() if name not in bookkeeping}
