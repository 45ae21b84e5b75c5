"""Values follow what happens, as if worked out from nothing; told once, in the transaction; segments after them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.domain.tenants import Segment
from c360.governance import sync_tenant
from c360.governance.segmenting import put_segment
from c360.governance.tenants import as_owner
from support.observations import resolve
from support.streams import Stream

EXPRESSIONS = {
    "spent": "event_sum('Order Completed', 'total')",
    "spent_of_late": "event_sum('Order Completed', 'total', '30 days')",
    "paid_back": "event_max('Order Refunded', 'total')",
    "money": "unique_values('Order Completed', 'currency')",
    "usual_money": "most_frequent('Order Completed', 'currency')",
    "first_order": "first_value('Order Completed', 'order_id')",
    "last_order": "last_value('Order Completed', 'order_id', '60 days')",
    "per_event": "total_revenue / total_events",
    "clicks": "event_count('Clicked')",
    "clicks_a_day": "event_count('Clicked', '14 days') / 14.0",
    "day": "(last_event_at('Clicked'))::date",
    "kind": "CASE WHEN total_orders > 1 THEN 'regular' WHEN total_orders = 1 THEN 'new' END",
}
AS_OF = "2026-04-20 00:00Z"
PEOPLE = st.sampled_from(["p1", "p2", "p3"])
OFTEN = st.one_of(
    st.tuples(st.just("event"), PEOPLE, st.sampled_from(["Clicked", "identify"]), st.integers(0, 2000)),
    st.tuples(
        st.just("order"), PEOPLE, st.sampled_from(["USD", "EUR", "CHF"]), st.integers(1, 999), st.integers(0, 2000)
    ),
    st.tuples(st.just("again"), st.integers(0, 40)),
    st.tuples(st.just("refund"), st.integers(0, 20), st.integers(1, 120)),
    st.tuples(st.just("work"), st.sampled_from([1, 2, 2000])),
    st.tuples(st.just("work"), st.just("pass")),
)
SELDOM = st.one_of(
    st.tuples(st.just("merge"), st.integers(0, 20), st.integers(0, 20)),
    st.tuples(st.just("split"), st.integers(0, 5)),
    st.tuples(st.just("erase"), st.integers(0, 20)),
    st.tuples(st.just("zone"), st.sampled_from(["Asia/Ho_Chi_Minh", "America/New_York"])),
)
STEPS = st.lists(st.integers(0, 6).flatmap(lambda chance: OFTEN if chance else SELDOM), min_size=15, max_size=45)
EVERYTHING = "SELECT master_profile_id, traits::text FROM tenant_acme.cdp_trait_values WHERE traits <> '{}' ORDER BY 1"
FEW = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def streamed(traits):
    traits.state(**EXPRESSIONS)
    put_segment(traits.db.connection, "acme", Segment(name="spenders", condition="spent > 500"), is_new=True)
    return traits


def work(db, limit=2000):
    """What the worker does, or a pass over everybody as of a fixed day."""
    if limit == "pass":
        step = {"has_more": True}
        while step["has_more"]:
            step = db.call("c360.refresh_traits", "acme", 2, AS_OF)
        return
    resolve(db)
    while db.call("c360.refresh_profiles", "acme", limit)["has_more"]:
        pass


@FEW
@given(steps=STEPS)
def test_step_by_step_gives_what_working_out_from_nothing_gives(streamed, steps):
    db = streamed.db
    with db.connection.transaction(force_rollback=True):
        db.execute("UPDATE c360.tenants SET keeps_erased_out = false WHERE tenant = 'acme'")
        Stream(db).play(steps, work)
        if any(step[0] == "zone" for step in steps):
            sync_tenant(db.connection, "acme")
        work(db)
        work(db, "pass")
        while db.call("c360.refresh_segments", "acme")["has_more"]:
            pass
        step_by_step = db.rows(EVERYTHING)
        members = db.column("SELECT master_profile_id FROM tenant_acme.segment_members('spenders') ORDER BY 1")

        with as_owner(db.connection):
            db.execute("DELETE FROM tenant_acme.cdp_trait_values")
            db.execute("UPDATE tenant_acme.cdp_trait_states SET status = 'filling', filled_to = NULL")
        work(db, "pass")

        assert step_by_step == db.rows(EVERYTHING)
        living = db.column("SELECT master_profile_id FROM tenant_acme.cdp_profiles")
        assert {who for who, _ in step_by_step} <= set(living)
        spent = db.column("SELECT master_profile_id FROM tenant_acme.cdp_traits WHERE spent > 500 ORDER BY 1")
        assert members == spent


def test_a_change_is_told_once_and_a_first_filling_nobody(traits):
    traits.know("an", city="Hue")
    traits.work()
    traits.put("near", "city = 'Hue'")
    assert traits.told() == []

    traits.know("an", city="Hanoi")
    traits.work()
    traits.work()
    traits.fill()

    assert traits.told() == [{"near": {"from": True, "to": False}}]


def test_a_first_filling_is_told_to_those_who_ask(traits):
    traits.know("an", city="Hue")
    traits.work()

    traits.put("near", "city = 'Hue'", notifies_first=True)

    assert traits.told() == [{"near": {"from": None, "to": True}}]


def test_another_expression_is_told_and_one_message_says_all_that_changed(traits):
    traits.know("an", city="Hue", country="VN")
    traits.work()
    traits.state(one="city", two="country")
    traits.fill()

    traits.state(one="upper(city)", two="lower(country)")
    traits.fill()

    assert traits.told() == [{"one": {"from": "Hue", "to": "HUE"}, "two": {"from": "VN", "to": "vn"}}]


def test_nothing_is_told_of_what_is_rolled_back(traits):
    traits.know("an", city="Hue")
    traits.work()
    traits.put("near", "city = 'Hue'")

    with traits.db.connection.transaction(force_rollback=True):
        traits.know("an", city="Hanoi")
        traits.work()
        assert len(traits.told()) == 1

    assert traits.told() == []
    assert traits.of("an")["near"] is True


def test_time_changes_what_has_a_window_and_segments_that_look_at_it(traits):
    traits.did("an", "Product Viewed", "2026-05-20T10:00:00Z", category="toys")
    traits.work()
    traits.put("often", "most_frequent('Product Viewed', 'category', '30 days')")
    put_segment(traits.db.connection, "acme", Segment(name="toys", condition="often = 'toys'"), is_new=True)
    while traits.db.call("c360.refresh_segments", "acme")["has_more"]:
        pass
    assert len(traits.db.column("SELECT master_profile_id FROM tenant_acme.segment_members('toys')")) == 1

    traits.fill(at="2026-07-01 00:00Z")

    assert traits.of("an")["often"] is None
    assert traits.told() == [{"often": {"from": "toys", "to": None}}]
    assert traits.db.column("SELECT master_profile_id FROM tenant_acme.segment_members('toys')") == []
    left = traits.db.rows("SELECT change, reason FROM tenant_acme.segment_history('toys') LIMIT 1")
    assert left == [("left", "time")]


def test_a_sync_after_the_batch_that_saw_another_time_zone_works_days_out_anew(traits):
    traits.did("an", "Product Viewed", "2026-05-31T23:00:00Z")
    traits.work()
    traits.state(day="(last_event_at('Product Viewed'))::date")
    traits.fill()
    with as_owner(traits.db.connection):
        traits.db.call("c360.apply_metadata", {"tenant": "acme", "time_zone": "Asia/Tokyo"})
    traits.work()

    sync_tenant(traits.db.connection, "acme")
    traits.fill()

    assert traits.told() == [{"day": {"from": "2026-05-31", "to": "2026-06-01"}}]


def test_segments_follow_traits_in_the_same_batch(traits):
    traits.know("an", city="Hue")
    traits.work()
    traits.state(near="city = 'Hue'")
    traits.fill()
    put_segment(traits.db.connection, "acme", Segment(name="around", condition="near"), is_new=True)
    while traits.db.call("c360.refresh_segments", "acme")["has_more"]:
        pass

    traits.know("an", city="Hanoi")
    traits.work()

    assert traits.db.column("SELECT change FROM tenant_acme.segment_history('around') ORDER BY change_id") == [
        "entered",
        "left",
    ]


def test_who_is_erased_leaves_no_trait_and_no_message(traits):
    traits.know("an", city="Hue")
    traits.know("binh", city="Hue")
    traits.work()
    traits.put("near", "city = 'Hue'", notifies_first=True)
    gone = traits.id_of("an")

    done = traits.db.call("c360.erase_profile", "acme", "user_id", "an", "case 1")
    traits.work()
    traits.fill()

    assert done["tables"]["cdp_trait_values"] == 1
    assert traits.db.column("SELECT master_profile_id FROM tenant_acme.cdp_trait_values") == [traits.id_of("binh")]
    types = traits.db.column("SELECT DISTINCT type FROM c360.messages WHERE key = %s", str(gone))
    assert types == ["profile.erased"]


def test_one_session_looks_at_everybody_and_the_others_do_something_else(connect, traits_of):
    first, second = connect(), connect()
    traits_of(first).state(near="city = 'Hue'")
    first.commit()

    first.call("c360.refresh_traits", "acme")
    answer = second.call("c360.refresh_traits", "acme")

    assert answer == {"profiles": 0, "changed": 0, "has_more": False, "busy": True}
