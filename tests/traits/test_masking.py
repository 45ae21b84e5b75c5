"""Traits tell nothing that is masked, nor properties that readers do not see: such are refused, older ones hidden."""

import json

import psycopg
import pytest

from c360.domain.errors import ScoringRefused
from c360.domain.tenants import Segment
from c360.governance import sync_tenant
from c360.governance.segmenting import put_segment
from c360.governance.segments import read_segment_condition
from c360.governance.tenants import load_spec
from c360.governance.traits import read_trait_expression


@pytest.fixture
def older(traits):
    """Traits of a time when cities were not masked and categories were shown."""
    traits.know("an", city="Hue")
    traits.did("an", "Product Viewed", category="toys")
    traits.work()
    traits.state(near="city = 'Hue'", often="most_frequent('Product Viewed', 'category')", open="country")
    traits.fill()
    put_segment(traits.db.connection, "acme", Segment(name="around", condition="near"), is_new=True)
    put_segment(traits.db.connection, "acme", Segment(name="toys", condition="often = 'toys'"), is_new=True)
    while traits.db.call("c360.refresh_segments", "acme")["has_more"]:
        pass
    traits.mask("city")
    traits.show("total")
    return traits


@pytest.mark.parametrize(
    ("masked", "expression"),
    [
        ("city", "upper(city)"),
        ("event_summary", "event_count('page')"),
        ("event_summary", "event_sum('Product Viewed', 'price')"),
        ("total_revenue", "event_sum('Order Completed', 'total')"),
        ("total_revenue", "total_revenue / total_orders"),
        (None, "first_value('Product Viewed', 'email')"),
        (None, "event_sum('Product Viewed', 'email.total')"),
    ],
)
def test_what_tells_what_is_masked_makes_neither_trait_nor_segment(traits, masked, expression):
    traits.mask(masked)
    spec = load_spec(traits.db.connection, "acme")

    with pytest.raises(ScoringRefused, match=r"masked|not shown"):
        read_trait_expression(spec, expression)
    with pytest.raises(ScoringRefused, match=r"masked|not shown"):
        read_segment_condition(spec, f"({expression}) IS NULL")


@pytest.mark.parametrize("name", ["near", "often"])
def test_older_ones_are_hidden_at_once(older, name):
    with pytest.raises(psycopg.Error) as refused:
        older.db.execute("SELECT tenant_acme.explain_trait(%s, gen_random_uuid())", name)

    assert refused.value.sqlstate == "U3314"


def test_lists_documents_and_messages_show_nothing_of_them(older):
    older.know("an", city="Hanoi")
    older.work()
    older.fill()

    assert (older.listed("near")["expression"], older.listed("near")["is_hidden"]) == ("****", True)
    assert older.listed("open")["expression"] == "country"
    shown = older.db.call("tenant_acme.profile", "user_id", "an")
    assert "computed_traits" not in shown
    assert older.told() == []
    for segment in ("around", "toys"):
        assert segment in older.db.column(
            "SELECT segment FROM tenant_acme.list_segments() AS listed WHERE listed.is_hidden"
        )


def test_messages_of_the_past_are_shown_without_them(connect, traits_of):
    db = connect(autocommit=True)
    traits = traits_of(db)
    traits.know("an", city="Hue", country="VN")
    traits.work()
    traits.state(one="city", two="country")
    traits.fill()
    traits.know("an", city="Hanoi", country="FR")
    traits.work()
    traits.mask("city")

    messages = db.call("tenant_acme.tail_topic", "c360-activation-events")["messages"]

    [body] = [json.loads(message["body"]) for message in messages if message["type"] == "traits.updated"]
    assert body["data"]["changed"] == {"two": {"from": "VN", "to": "FR"}}


def test_messages_of_the_past_tell_nothing_of_traits_that_are_gone_or_others_now(connect, traits_of):
    db = connect(autocommit=True)
    traits = traits_of(db)
    traits.know("an", city="Hue")
    traits.work()
    traits.state(one="city", two="city")
    traits.fill()
    traits.know("an", city="Hanoi")
    traits.work()
    traits.mask("city")

    traits.put("one", "country", is_new=False)
    traits.drop("two")

    messages = db.call("tenant_acme.tail_topic", "c360-activation-events")["messages"]
    [body] = [json.loads(message["body"]) for message in messages if message["type"] == "traits.updated"]
    assert body["data"]["changed"] == {}


def test_after_the_sync_readers_and_expressions_read_them_no_more(older):
    sync_tenant(older.db.connection, "acme")
    stated = {
        row["trait"]: row["expression"] for row in older.db.value("SELECT tenant_acme.tenant_metadata() -> 'traits'")
    }

    assert older.listed("near")["status"] == "broken"
    assert (stated["near"], stated["open"]) == ("****", "country")
    assert older.db.column("SELECT segment FROM tenant_acme.cdp_profile_segments") == []
    older.act_as("c360_acme_reader")
    assert older.db.column("SELECT open FROM tenant_acme.cdp_traits") == [None]
    for column in ("near", "often"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), older.db.connection.transaction():
            older.db.execute(f"SELECT {column} FROM tenant_acme.cdp_traits")


def test_another_expression_shows_nothing_of_what_the_masked_one_found(older):
    older.put("near", "country IS NULL", is_new=False)

    assert older.of("an")["near"] is True
    assert older.told() == [{"near": {"from": None, "to": True}}]


def test_readers_read_properties_that_are_shown_and_no_others(traits):
    traits.did("an", "Product Viewed", category="toys", email="an@shop.vn")
    traits.work()
    sync_tenant(traits.db.connection, "acme")

    traits.act_as("c360_acme_reader")

    assert traits.db.column("SELECT properties FROM tenant_acme.cdp_event_properties") == [{"category": "toys"}]
