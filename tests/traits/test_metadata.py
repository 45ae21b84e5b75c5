"""Traits are metadata like others: in files, audited, dumped and restored, limited; their names are their own."""

import os

import psycopg
import pytest

from c360.domain.errors import ScoringRefused
from c360.domain.tenants import Segment
from c360.governance import (
    Permissions,
    apply_declaration,
    drop_tenant,
    dump_tenant,
    export_tenant,
    plan_tenant,
    read_declaration,
    restore_tenant,
    sync_tenant,
)
from c360.governance.segmenting import put_segment

FILE = """
tenant: acme
traits:
  favourite_category:
    title: Favourite category
    expression: most_frequent('Product Viewed', 'category', '90 days')
  value_per_session:
    expression: total_revenue / total_sessions
segments:
  readers:
    condition: favourite_category = 'books'
"""


def apply(traits, path, text):
    path.write_text(text, encoding="utf-8")
    return apply_declaration(traits.db.connection, read_declaration(path), Permissions(), lambda _: True)


def test_traits_in_a_file_are_applied_exported_and_applied_again_without_a_change(traits, tmp_path):
    first = apply(traits, tmp_path / "acme.yaml", FILE)
    exported = export_tenant(traits.db.connection, "acme")
    again = apply(traits, tmp_path / "again.yaml", exported)

    assert [change for change in first.changes if change.startswith("traits")] == [
        "traits.favourite_category: new",
        "traits.value_per_session: new",
    ]
    assert "expression: most_frequent('Product Viewed', 'category', '90 days')" in exported
    assert again.is_empty
    assert plan_tenant(traits.db.connection, "acme").is_empty


def test_changes_are_audited_and_told(traits):
    answers = [traits.db.call("c360.set_computed_trait", "acme", "near", "city = 'Hue'") for _ in range(2)]
    traits.db.call("c360.set_computed_trait", "acme", "near", "city = 'Hanoi'")
    removed = [traits.db.call("c360.remove_computed_trait", "acme", "near") for _ in range(2)]

    assert (answers, removed) == ([True, False], [True, False])
    actions = traits.db.column(
        "SELECT action FROM c360.audit_log WHERE tenant = 'acme' AND object = 'near' ORDER BY audit_id"
    )
    assert actions == ["computed_traits.added", "computed_traits.changed", "computed_traits.removed"]


def test_a_tenant_has_no_more_traits_than_can_be_worked_out(traits):
    with pytest.raises(psycopg.Error) as refused:
        traits.db.execute(
            "INSERT INTO c360.computed_traits (tenant, trait, expression)"
            " SELECT 'acme', 't' || number, 'true' FROM generate_series(1, 101) AS number"
        )

    assert refused.value.sqlstate == "U4419"


@pytest.mark.parametrize("name", ["city", "total_revenue", "events_30d", "created_at", "changed_at"])
def test_a_name_that_conditions_know_already_is_refused(traits, name):
    with pytest.raises((ScoringRefused, psycopg.Error)) as refused:
        traits.put(name, "true")

    assert getattr(refused.value, "code", None) == "U3317"


def test_an_attribute_that_takes_the_name_of_a_trait_breaks_the_trait_and_nothing_else(traits):
    traits.state(pet="city")
    traits.db.execute(
        "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths)"
        " VALUES ('acme', 'pet', 'text', '{pet}')"
    )

    sync_tenant(traits.db.connection, "acme")

    assert traits.listed("pet")["status"] == "broken"


def test_a_trait_that_a_segment_looks_at_stays(traits):
    traits.state(near="city = 'Hue'")
    put_segment(traits.db.connection, "acme", Segment(name="around", condition="near"), is_new=True)

    with pytest.raises(psycopg.Error) as refused, traits.db.connection.transaction():
        traits.drop("near")

    assert refused.value.sqlstate == "U3316"
    assert "around" in refused.value.diag.message_detail


def test_a_removed_trait_leaves_nothing(traits):
    traits.know("an", city="Hue")
    traits.work()
    traits.state(near="city = 'Hue'", other="country")
    traits.fill()

    traits.drop("near")

    assert traits.of("an") == {"other": None}
    assert traits.db.value("SELECT count(*) FROM pg_proc WHERE proname IN ('_trait_near', '_looked_near')") == 0
    assert traits.db.value("SELECT count(*) FROM tenant_acme.cdp_trait_values WHERE traits ? 'near'") == 0
    assert traits.told() == []


def test_a_paused_trait_stays_as_it_is(traits):
    traits.know("an", city="Hue")
    traits.work()
    traits.state(near="city = 'Hue'")
    traits.fill()
    traits.db.call("c360.set_computed_trait", "acme", "near", "city = 'Hue'", p_status="paused")
    sync_tenant(traits.db.connection, "acme")

    traits.know("an", city="Hanoi")
    traits.work()
    traits.fill()

    assert traits.of("an")["near"] is True


def test_another_type_shows_no_value_until_it_is_worked_out(traits):
    traits.know("an", city="Hue")
    traits.work()
    traits.state(thing="city")
    traits.fill()

    traits.state(thing="length(city)")
    before = traits.of("an")["thing"]
    traits.fill()

    assert (before, traits.of("an")["thing"]) == (None, 3)


def test_the_golden_record_shows_its_traits(traits):
    traits.know("an", city="Hue")
    traits.work()
    traits.state(near="city = 'Hue'", spent="event_sum('Order Completed', 'total')")
    traits.fill()

    shown = traits.db.call("tenant_acme.profile", "user_id", "an")

    assert shown["computed_traits"] == {"near": True}


def test_a_dump_brings_traits_and_their_values_along(connect, traits_of, tmp_path):
    db, name = connect(autocommit=True), f"copy_{os.getpid()}"
    here = traits_of(db)
    here.know("an", city="Hue")
    here.work()
    here.state(near="city = 'Hue'", spent="event_sum('Order Completed', 'total')")
    here.fill()
    dump_tenant(db.connection, "acme", tmp_path / "acme.c360", lambda *_: None)

    restore_tenant(db.connection, tmp_path / "acme.c360", name, lambda *_: None)

    assert db.rows(f"SELECT near, spent FROM tenant_{name}.cdp_traits") == [(True, None)]
    assert plan_tenant(db.connection, name).is_empty
    assert db.column(f"SELECT status FROM tenant_{name}.list_computed_traits()") == ["settled", "settled"]
    drop_tenant(db.connection, name, confirm=name)
