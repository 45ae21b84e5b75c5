"""Rebuilding from zero changes nothing where nothing changed, and brings the past in line where metadata did."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.governance.tenants import as_owner, sync_tenant
from support.invariants import broken
from support.observations import master_of, observe, partition, resolve

LISTS = ("created", "merged", "split", "updated", "moved")
NOTHING = dict.fromkeys(LISTS, 0)
RECORD = st.fixed_dictionaries(
    {},
    optional={
        "user_id": st.sampled_from(["u1", "u2", "u3"]),
        "email": st.sampled_from(["a@s.vn", "b@s.vn", "c@s.vn"]),
        "phone": st.sampled_from(["+12025550101", "+12025550102"]),
        "anonymous_id": st.sampled_from(["k1", "k2", "k3"]),
    },
)
MANY = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


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


def rebuild(db, **named):
    return db.call("c360.rebuild_identities", "acme", **named)


def fingerprint(db):
    """Every row of the tenant and every message; what only counts, refreshes itself or waits for that left out."""
    tables = db.column(
        "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'tenant_acme'::regnamespace"
        " AND relkind = 'r' AND relname <> ALL ('{cdp_profile_metrics,cdp_touched_profiles}') ORDER BY 1"
    )
    return {table: db.rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in [*tables, "c360.messages"]}


def block(db, pattern):
    with as_owner(db.connection):
        db.execute(
            "INSERT INTO c360.blocked_values (tenant, identifier_type, pattern, reason)"
            " VALUES ('acme', 'email', %s, 'the shop')",
            pattern,
        )
        sync_tenant(db.connection, "acme")


@MANY
@given(data=st.data(), records=st.lists(RECORD, min_size=1, max_size=12))
def test_incremental_equals_rebuild_whatever_the_records_and_decisions(clean, data, records):
    with clean() as db:
        raws = []
        for index, record in enumerate(records):
            raws.append(observe(db, traits={"number": index}, **record))
            if data.draw(st.booleans()):
                resolve(db, batch_size=data.draw(st.integers(1, 3)))
        resolve(db)
        for _ in range(data.draw(st.integers(0, 2)) if len(raws) > 1 else 0):
            first, second = data.draw(st.permutations(raws))[:2]
            kind = data.draw(st.sampled_from(["must_link", "cannot_link"]))
            db.call("c360.set_link_override", "acme", kind, [first], [second])
        before = fingerprint(db)

        answer = rebuild(db, p_batch_size=data.draw(st.sampled_from([1, 3, 2000])))

        assert answer["counts"] == NOTHING
        assert fingerprint(db) == before


def test_a_value_blocked_later_ties_nobody_any_more(db):
    first, second = observe(db, user_id="u1", email="info@s.vn"), observe(db, user_id="u1", phone="+12025550101")
    third, fourth = observe(db, email="info@s.vn", source="crm"), observe(db, phone="+12025550101", source="crm")
    resolve(db)
    older = master_of(db, first)
    block(db, "info@s\\.vn")

    answer = rebuild(db)
    again = rebuild(db)

    assert partition(db) == {frozenset({first, second, fourth}), frozenset({third})}
    assert master_of(db, first) == older
    assert answer["split"] == [{"profile_id": str(master_of(db, third)), "from_profile_id": str(older)}]
    assert answer["moved"] == [
        {"raw_profile_id": third, "from_profile_id": str(older), "to_profile_id": str(master_of(db, third))}
    ]
    assert again["counts"] == NOTHING
    assert broken(db) == {}


def test_a_type_that_is_matched_again_ties_the_past_as_well(db):
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.identifier_types SET is_matched = false WHERE tenant = 'acme' AND identifier_type = 'phone'"
        )
        sync_tenant(db.connection, "acme")
    raws = [observe(db, source=source, phone="+12025550101", user_id="u1") for source in ("web", "crm")]
    resolve(db)
    raws += [observe(db, source=source, phone="+12025550101", traits={"city": "Hue"}) for source in ("app", "pos")]
    resolve(db)
    apart = partition(db)
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.identifier_types SET is_matched = true WHERE tenant = 'acme' AND identifier_type = 'phone'"
        )
        sync_tenant(db.connection, "acme")

    answer = rebuild(db, p_batch_size=1)

    assert len(apart) == 3
    assert partition(db) == {frozenset(raws)}
    assert answer["counts"] | {"updated": 0} == NOTHING | {"merged": 2, "moved": 2}
    assert broken(db) == {}


def test_an_attribute_read_from_another_trait_is_filled_from_the_past(db):
    raw = observe(db, user_id="u1", traits={"town": "Hue"})
    resolve(db)
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.profile_attributes SET trait_paths = '{city,town}'"
            " WHERE tenant = 'acme' AND attribute = 'city'"
        )
        sync_tenant(db.connection, "acme")

    answer = rebuild(db)

    assert db.call("c360.profile", "acme", "user_id", "u1")["city"] == "Hue"
    assert answer["updated"] in ([str(master_of(db, raw))], [])


def test_a_dry_run_answers_what_the_rebuild_does_and_leaves_no_trace(db):
    for number in range(4):
        observe(db, user_id=f"u{number}", email="info@s.vn" if number < 2 else f"e{number}@s.vn")
    for number in range(6):
        observe(db, source=f"s{number}", email="info@s.vn" if number < 3 else f"e{number}@s.vn")
    resolve(db)
    block(db, "info@s\\.vn")
    before = fingerprint(db)

    foreseen = rebuild(db, p_dry_run=True)
    untouched = fingerprint(db)
    done = rebuild(db)

    assert untouched == before
    assert foreseen["counts"] == done["counts"]
    assert foreseen["counts"]["moved"] > 0
    assert [move["raw_profile_id"] for move in foreseen["moved"]] == [move["raw_profile_id"] for move in done["moved"]]


def test_the_lists_are_cut_and_the_counts_are_not(db):
    for number in range(5):
        observe(db, source=f"s{number}", email="info@s.vn")
    resolve(db)
    block(db, "info@s\\.vn")

    answer = rebuild(db, p_most=2)

    assert len(answer["moved"]) == len(answer["split"]) == 2
    assert answer["counts"]["moved"] == answer["counts"]["split"] == 4


def test_nobody_sees_a_rebuild_before_it_is_done(connect):
    admin, witness = connect(), connect(autocommit=True)
    raws = [observe(admin, source=source, email="info@s.vn") for source in ("a", "b", "c")]
    resolve(admin)
    admin.commit()
    block(admin, "info@s\\.vn")
    admin.commit()

    rebuild(admin, p_batch_size=1)

    assert partition(witness) == {frozenset(raws)}
    assert witness.call("c360.resolve_identities", "acme")["busy"] is True
    admin.commit()
    assert partition(witness) == {frozenset({raw}) for raw in raws}


def test_what_waits_is_left_to_the_resolver(db):
    first = observe(db, user_id="u1")
    resolve(db)
    observe(db, user_id="u1", email="a@s.vn")

    answer = rebuild(db)

    assert answer["observations"] == 1
    assert partition(db) == {frozenset({first})}
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue") == 1
