"""The order by engagement that is kept is that of the exact score, whatever happened, and is read from an index."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.governance.tenants import as_owner
from support.shop import Shop

PEOPLE = 6
EVENTS = st.tuples(
    st.just("event"),
    st.integers(0, PEOPLE - 1),
    st.sampled_from(["Clicked", "Unsubscribed", "Order Completed"]),
    st.integers(-3, 400),
    st.integers(1, 20),
)
STEPS = st.lists(
    st.one_of(
        EVENTS,
        EVENTS,
        st.tuples(st.just("weigh"), st.sampled_from([1, 7, 30, 300]), st.sampled_from([-3, 0, 2])),
        st.tuples(st.just("zone"), st.sampled_from(["Asia/Ho_Chi_Minh", "America/New_York", "UTC"])),
        st.just(("work",)),
    ),
    max_size=40,
)
RANKS = "SELECT master_profile_id, sign, rank_key, recount_on FROM tenant_acme.cdp_engagement_ranks ORDER BY 1"


def work(db):
    while db.call("c360.refresh_profiles", "acme", 4)["has_more"]:
        pass


def count(db, customer, name, ago, events):
    """Events of a day as the worker counts them."""
    with as_owner(db.connection):
        db.execute(
            "INSERT INTO tenant_acme.cdp_activity_days AS known"
            " (raw_profile_id, day, event_name, kept_count, past_count)"
            " SELECT %s, counted.today - %s, %s, 0, %s FROM tenant_acme.engagement_settings() AS counted"
            " ON CONFLICT (raw_profile_id, day, event_name) DO UPDATE SET past_count = known.past_count + 1",
            customer.raw_profile_id,
            ago,
            name,
            events,
        )
        db.execute("SELECT set_config('search_path', 'pg_catalog, tenant_acme, pg_temp', true)")
        db.call("c360._touch_profiles", [customer.profile_id])


def by_view(db, limit):
    return db.column("SELECT engagement FROM tenant_acme.cdp_engagement ORDER BY engagement DESC LIMIT %s", limit)


def by_index(db, limit):
    return db.column("SELECT engagement FROM tenant_acme.most_engaged(%s)", limit)


@pytest.fixture
def people(db):
    shop = Shop(db)
    return [shop.customer() for _ in range(PEOPLE)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_order_by_key_is_that_of_the_score_and_made_anew_it_is_the_same(db, people, steps):
    db.execute("SAVEPOINT example")
    for kind, *arguments in steps:
        if kind == "event":
            count(db, people[arguments[0]], *arguments[1:])
        elif kind == "weigh":
            db.call("c360.set_engagement", "acme", arguments[0], {"Unsubscribed": arguments[1]})
        elif kind == "zone":
            with as_owner(db.connection):
                db.call("c360.apply_metadata", {"tenant": "acme", "time_zone": arguments[0]})
        else:
            work(db)
    assert by_index(db, PEOPLE) == by_view(db, PEOPLE)
    work(db)

    kept = db.rows(RANKS)
    ordered = db.column(
        "SELECT scored.engagement FROM tenant_acme.cdp_engagement_ranks AS ranked"
        " JOIN tenant_acme.cdp_engagement AS scored USING (master_profile_id)"
        " ORDER BY ranked.sign DESC, ranked.rank_key DESC"
    )

    # The points of a name are rounded to six places, the key is not.
    assert all(later - earlier < Decimal("0.00001") for earlier, later in pairwise(ordered))
    assert [float(score) for score in by_index(db, 3)] == pytest.approx([float(score) for score in by_view(db, 3)])
    with as_owner(db.connection):
        db.execute("DELETE FROM tenant_acme.cdp_engagement_ranks")
        db.execute("DELETE FROM tenant_acme.cdp_touch_states")
    work(db)
    assert db.rows(RANKS) == kept
    db.execute("ROLLBACK TO SAVEPOINT example")


def test_other_weights_are_seen_before_the_worker_has_worked_them_out(db, people):
    count(db, people[0], "Clicked", 1, 5)
    count(db, people[1], "Unsubscribed", 1, 9)
    work(db)
    assert db.column("SELECT master_profile_id FROM tenant_acme.most_engaged(1)") == [people[1].profile_id]

    db.call("c360.set_engagement", "acme", 30, {"Unsubscribed": -5})

    assert db.column("SELECT master_profile_id FROM tenant_acme.most_engaged(1)") == [people[0].profile_id]
    work(db)
    assert db.column("SELECT master_profile_id FROM tenant_acme.cdp_engagement_ranks WHERE sign = -1") == [
        people[1].profile_id
    ]


def test_events_of_the_future_count_when_their_day_has_come(db, people):
    count(db, people[0], "Clicked", 1, 5)
    count(db, people[1], "Clicked", -2, 9)
    work(db)
    assert by_index(db, 2)[1] == 0

    with as_owner(db.connection):
        for table, column in (("cdp_activity_days", "day"), ("cdp_engagement_ranks", "recount_on")):
            db.execute(f"UPDATE tenant_acme.{table} SET {column} = {column} - 2")

    assert db.column("SELECT master_profile_id FROM tenant_acme.most_engaged(1)") == [people[1].profile_id]
    work(db)
    assert db.value("SELECT count(recount_on) FROM tenant_acme.cdp_engagement_ranks") == 0


def test_nobody_learns_the_order_of_a_masked_score(db, people):
    count(db, people[0], "Clicked", 1, 5)
    work(db)
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = 'event_summary'"
        )

    assert by_index(db, 5) == []


def test_an_erased_person_has_no_rank(db, people):
    count(db, people[0], "Clicked", 1, 5)
    work(db)

    erased = db.call("c360.erase_profile", "acme", "profile_id", str(people[0].profile_id), "case 7")

    assert erased["tables"]["cdp_engagement_ranks"] == 1
    assert people[0].profile_id not in db.column("SELECT master_profile_id FROM tenant_acme.cdp_engagement_ranks")


def test_the_top_is_read_from_the_index_whatever_the_number_of_golden_records(db):
    Shop(db)
    with as_owner(db.connection):
        db.execute(
            "INSERT INTO tenant_acme.cdp_engagement_ranks (master_profile_id, sign, rank_key)"
            " SELECT gen_random_uuid(), 1, n FROM generate_series(1, 3000) AS n"
        )
        db.execute("ANALYZE tenant_acme.cdp_engagement_ranks")
        plan = db.value(
            "EXPLAIN (FORMAT JSON) SELECT master_profile_id FROM tenant_acme.cdp_engagement_ranks"
            " ORDER BY sign DESC, rank_key DESC, master_profile_id LIMIT 50"
        )

    [scan] = plan[0]["Plan"]["Plans"]
    assert scan["Index Name"] == "cdp_engagement_ranks_sign_rank_key_idx"
