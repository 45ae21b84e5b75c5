"""Membership tells no value of a masked attribute: such conditions are refused, older segments hidden."""

import psycopg
import pytest

from c360.domain.errors import ScoringRefused
from c360.governance import sync_tenant


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
