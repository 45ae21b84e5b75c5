"""Membership tells no value of a masked attribute: such conditions are refused, older segments hidden."""

import json

import psycopg
import pytest

from c360.domain.errors import ScoringRefused
from c360.domain.tenants import ComputedTrait
from c360.governance import sync_tenant
from c360.governance.traiting import put_trait


@pytest.fixture
def masked_later(segments):
    """A segment and one made of it, both of a time when cities were not masked yet."""
    segments.know("an", city="Hue")
    segments.put("home", "city = 'Hue'")
    segments.put("nested", "in_segment('home')")
    segments.put("open", "country IS NULL")
    segments.db.execute(
        "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = 'city'"
    )
    return segments


def test_a_masked_attribute_makes_no_segment(masked_later):
    with pytest.raises(ScoringRefused, match="masked"):
        masked_later.put("other", "city = 'Hanoi'")


@pytest.mark.parametrize(
    ("masked", "condition"),
    [
        ("event_summary", "event_count('page') > 0"),
        ("event_summary", "has_event('page', '30 days')"),
        ("event_summary", "total_events > 3"),
        ("event_summary", "event_counts_30d ? 'page'"),
        ("total_revenue", "refunded_value > 3"),
        ("total_orders", "unpriced_orders > 3"),
        ("rfm_segment", "rfm_segment = 'Champions'"),
    ],
)
def test_what_tells_a_masked_attribute_makes_no_segment_and_hides_older_ones(segments, masked, condition):
    segments.know("an", city="Hue")
    segments.put("older", condition)
    segments.db.execute(
        "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = %s", masked
    )

    hidden = segments.state("older")["is_hidden"]

    assert hidden
    with pytest.raises(ScoringRefused, match="masked"):
        segments.put("newer", condition)


@pytest.mark.parametrize("name", ["home", "nested"])
@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM tenant_acme.segment_members(%s)",
        "SELECT * FROM tenant_acme.segment_history(%s)",
        "SELECT * FROM tenant_acme.explain_segment(%s, gen_random_uuid())",
    ],
)
def test_older_segments_are_hidden_at_once(masked_later, name, query):
    with pytest.raises(psycopg.Error) as refused:
        masked_later.db.execute(query, name)

    assert refused.value.sqlstate == "U3304"


def test_lists_show_neither_number_nor_condition_of_hidden_segments(masked_later):
    listed = {row["segment"]: row for row in masked_later.db.records("SELECT * FROM tenant_acme.list_segments()")}

    assert (listed["home"]["members"], listed["home"]["condition"], listed["home"]["is_hidden"]) == (None, "****", True)
    assert (listed["nested"]["members"], listed["open"]["members"]) == (None, 1)
    noted = masked_later.db.column("SELECT DISTINCT segment FROM tenant_acme.segment_history()")
    assert noted == ["open"]


def test_hidden_segments_tell_nobody(masked_later):
    masked_later.know("an", city="Hanoi")

    masked_later.touch("an")

    assert masked_later.told() == []


def test_after_the_sync_the_view_leaves_them_out_and_the_condition_is_hidden(masked_later):
    sync_tenant(masked_later.db.connection, "acme")

    shown = masked_later.db.column("SELECT DISTINCT segment FROM tenant_acme.cdp_profile_segments")
    stated = {
        row["segment"]: row["condition"]
        for row in masked_later.db.value("SELECT tenant_acme.tenant_metadata() -> 'segments'")
    }

    assert shown == ["open"]
    assert (stated["home"], stated["open"]) == ("****", "country IS NULL")
    assert masked_later.state("home")["status"] == "broken"


def test_another_condition_shows_nobody_who_was_found_by_the_masked_one(masked_later):
    masked_later.put("home", "country IS NOT NULL", is_new=False)

    assert masked_later.members("home") == set()
    assert masked_later.history("home") == []


def test_readers_read_the_view(masked_later):
    sync_tenant(masked_later.db.connection, "acme")

    masked_later.act_as("c360_acme_reader")

    assert masked_later.db.column("SELECT segment FROM tenant_acme.cdp_profile_segments") == ["open"]


def told_to_readers(db):
    """Segments that tail_topic() tells readers of."""
    messages = db.value("SELECT tenant_acme.tail_topic('c360-activation-events') -> 'messages'")
    return {json.loads(message["body"])["data"]["segment"] for message in messages}


def test_what_was_told_before_the_mask_is_told_no_reader_any_more(connect, segments_of):
    segments = segments_of(connect(autocommit=True))
    for name, condition in (("home", "city = 'Hue'"), ("nested", "in_segment('home')"), ("open", "country IS NULL")):
        segments.put(name, condition, notifies_first=True)
    segments.know("an", city="Hue")
    segments.db.call("c360.refresh_profiles", "acme")
    assert told_to_readers(segments.db) == {"home", "nested", "open"}

    mask(segments, "city")
    assert told_to_readers(segments.db) == {"open"}

    segments.change("home", "country IS NOT NULL")
    segments.drop("nested")
    assert told_to_readers(segments.db) == {"open"}


def mask(segments, attribute):
    segments.db.execute(
        "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = %s", attribute
    )


@pytest.fixture
def leads(segments):
    """Segments of those the rules of leads gave points, and what a rule looked at was masked later."""
    segments.know("an", city="Hue")
    segments.know("binh", country="VN")
    segments.db.call("c360.set_lead", "acme", {"Lives there": {"points": 5, "attribute": "city", "equals": "Hue"}})
    put_trait(segments.db.connection, "acme", ComputedTrait(name="worth", expression="lead * 2"), is_new=True)
    while segments.db.call("c360.refresh_traits", "acme")["has_more"]:
        pass
    segments.put("points", "lead > 0")
    segments.put("twice", "worth > 0")
    segments.put("nested", "in_segment('points')")
    return segments


@pytest.mark.parametrize("name", ["points", "twice", "nested"])
def test_a_lead_tells_what_its_rules_look_at(leads, name):
    assert leads.members(name) == {"an"}

    mask(leads, "city")

    with pytest.raises(psycopg.Error) as refused:
        leads.members(name)
    assert refused.value.sqlstate == "U3304"


def test_after_the_sync_the_masked_rule_counts_for_nobody_and_the_past_is_forgotten(leads):
    mask(leads, "city")
    sync_tenant(leads.db.connection, "acme")
    leads.fill()

    assert (leads.members("points"), leads.members("nested"), leads.history()) == (set(), set(), [])
    assert [leads.state(name)["status"] for name in ("points", "twice", "nested")] == ["settled"] * 3


@pytest.mark.parametrize("is_synced", [False, True])
def test_a_lead_also_tells_what_rules_of_later_look_at(leads, is_synced):
    leads.db.call("c360.set_lead", "acme", {"From there": {"points": 5, "attribute": "country", "equals": "VN"}})
    leads.fill()
    if is_synced:
        sync_tenant(leads.db.connection, "acme")
        leads.fill()
    mask(leads, "country")

    with pytest.raises(psycopg.Error) as refused:
        leads.members("points")
    assert refused.value.sqlstate == "U3304"


def test_rules_of_before_tell_until_everybody_was_looked_at_by_those_of_now(leads):
    leads.db.call("c360.set_lead", "acme", {"From there": {"points": 5, "attribute": "country", "equals": "VN"}})
    mask(leads, "city")
    sync_tenant(leads.db.connection, "acme")

    assert (leads.members("points"), leads.history("points")) == (set(), [])
    leads.fill()
    assert leads.members("points") == {"binh"}


@pytest.mark.parametrize(
    ("masked", "rule"),
    [
        ("event_summary", {"event": "Clicked"}),
        ("event_summary", {"metric": "total_events", "at_least": 1}),
        ("avg_order_value", {"metric": "total_revenue", "at_least": 1}),
    ],
)
def test_rules_about_events_and_metrics_tell_attributes_too(segments, masked, rule):
    segments.know("an", city="Hue")
    segments.db.call("c360.set_lead", "acme", {"It": {"points": 5, **rule}})
    segments.put("points", "lead > 0")
    assert segments.state("points")["is_hidden"] is False

    mask(segments, masked)

    assert segments.state("points")["is_hidden"] is True
    an = segments.id_of("an")
    said = segments.db.records("SELECT value, points FROM tenant_acme.explain_score(%s, 'lead')", an)
    assert said == [{"value": None, "points": 0}]
