"""SQL in expressions, codes and files, and what an expression could do if the check had a hole."""

import os
import textwrap

import psycopg
import pytest

from c360.domain.errors import C360Error, ScoringRefused, UsageError
from c360.domain.tenants import Attribute, DataType, TenantSpec
from c360.governance import Permissions, apply_declaration, create_tenant, read_declaration, sync_tenant
from c360.governance.tenants import as_owner
from c360.governance.traits import read_trait_expression, values_query
from support.hostile_expressions import REFUSED

ACME = TenantSpec(
    slug="acme",
    display_name="Acme",
    attributes=(
        Attribute(name="city", data_type=DataType.TEXT),
        Attribute(name="tags", data_type=DataType.TEXT_LIST),
        Attribute(name="total_orders", data_type=DataType.INTEGER),
    ),
    shown_properties=("total",),
)
OF_TRAITS = [
    "in_segment('vip')",
    "event_sum('a', city)",
    "event_sum('a', 'total'' OR true --')",
    "event_sum('a', 'total', '1 day'' OR true --')",
    "event_sum('a', 'total', city)",
    "event_sum('a')",
    "event_sum('a', 'total', '1 day', 'x')",
    "event_sum('a', '')",
    "event_sum('a', 'total..x')",
    "event_sum('a', 'total.a.b.c.d.e')",
    "event_sum('a', 'traits.email')",
    "event_sum('a', 'payload')",
    "unique_values('a', 'total', '99 years')",
    "first_value(DISTINCT 'a', 'total')",
    "most_frequent('a', VARIADIC ARRAY['total'])",
    "CASE WHEN (SELECT true) THEN 1 END",
    "CASE WHEN true THEN pg_sleep(10) END",
    "CASE (SELECT 1) WHEN 1 THEN 2 END",
    "CASE WHEN true THEN 1 ELSE lo_create(0) END",
]


@pytest.mark.parametrize("expression", [*REFUSED, *OF_TRAITS])
def test_a_hostile_expression_is_refused(expression):
    with pytest.raises(ScoringRefused) as refused:
        read_trait_expression(ACME, expression)

    assert refused.value.code == "U3312"
    assert refused.value.hint


@pytest.mark.parametrize("path", ["total.'; DROP TABLE x; --", "total.$$", "total.{a,b}", 'total."', "total.\\"])
def test_hostile_paths_are_texts(traits, path):
    traits.did("an", "odd", total={path.partition(".")[2]: 7})
    traits.work()
    quoted = "'" + path.replace("'", "''") + "'"

    traits.state(seen=f"event_sum('odd', {quoted})")
    traits.fill()

    assert "$$" not in values_query(ACME, read_trait_expression(ACME, f"event_sum('odd', {quoted})"))
    assert traits.of("an")["seen"] == 7


@pytest.mark.parametrize("code", ["x y", 'x"', "X", "", "1x", "x'--", "x" * 42, "tenant_acme.x", "-preview"])
def test_a_code_is_a_plain_word(traits, code):
    with pytest.raises(psycopg.DatabaseError) as refused:
        traits.db.call("c360.set_computed_trait", "acme", code, "true")

    assert refused.value.sqlstate == "U3312"


def test_what_an_administrator_states_unchecked_is_not_compiled(traits):
    traits.state(bad="query_to_xml('SELECT 1', true, true, '') IS NULL", document="settings")

    assert traits.listed("bad")["status"] == "broken"
    assert traits.db.value("SELECT count(*) FROM pg_proc WHERE proname = '_trait_bad'") == 0


def test_a_file_can_say_no_more_than_sql(traits, tmp_path):
    path = tmp_path / "acme.yaml"

    def apply(text):
        path.write_text("tenant: acme\ntraits:\n" + textwrap.indent(text, "  "), encoding="utf-8")
        return apply_declaration(traits.db.connection, read_declaration(path), Permissions(), lambda _: True)

    for hostile, error in (
        ('"x; --": {expression: "true"}', UsageError),
        ('bad: {expression: "EXISTS (SELECT FROM c360.api_keys)"}', ScoringRefused),
        ('bad: {expression: "true", sql: "SELECT 1"}', UsageError),
        ('city: {expression: "true"}', C360Error),
    ):
        with pytest.raises(error):
            apply(hostile)
    assert traits.db.rows("SELECT * FROM tenant_acme.list_computed_traits()") == []


HOLES = [
    "SELECT gen_random_uuid() AS id, key_hash::text AS value FROM c360.api_keys",
    "SELECT master_profile_id AS id, city AS value FROM {other}.cdp_profiles",
    "SELECT gen_random_uuid() AS id, payload::text AS value FROM tenant_acme.cdp_behavioral_events",
    "SELECT gen_random_uuid() AS id, traits::text AS value FROM tenant_acme.cdp_trait_values",
    "SELECT gen_random_uuid() AS id, traits::text AS value FROM tenant_acme.cdp_raw_profiles",
    "SELECT gen_random_uuid() AS id, c360._decimal('1', 2)::text AS value",
    "SELECT gen_random_uuid() AS id, {other}.event_number('{{}}', '{{}}')::text AS value",
    "SELECT gen_random_uuid() AS id, pg_read_file('/etc/passwd') AS value",
]


def through_a_hole(traits, query):
    """What an expression would answer that the check let through."""
    with as_owner(traits.db.connection):
        nothing = "SELECT NULL::jsonb"
        traits.db.call("c360._make_trait_functions", "acme", "hole", query, nothing)
        traits.db.execute("SELECT * FROM tenant_acme._trait_hole('{}')")


def test_even_through_a_hole_in_the_check_nothing_else_is_reached(traits):
    other = f"other_{os.getpid()}"
    create_tenant(traits.db.connection, other)
    with as_owner(traits.db.connection):
        traits.db.call("c360._make_segments_role", "acme")
        traits.db.call("c360._grant_segments", "acme")

    for query in HOLES:
        with pytest.raises(psycopg.Error) as refused, traits.db.connection.transaction():
            through_a_hole(traits, query.format(other=f"tenant_{other}"))
        assert refused.value.sqlstate == "42501", query


def test_people_reach_traits_by_their_functions_and_view_alone(traits):
    traits.state(near="city = 'Hue'")
    with as_owner(traits.db.connection):
        findings = traits.db.rows(
            "SELECT finding FROM c360.doctor_security() WHERE finding ~ 'trait|looked|event_number|event_properties'"
        )
        owners = traits.db.column(
            "SELECT proowner::regrole::text FROM pg_proc WHERE proname IN ('_trait_near', '_looked_near')"
        )

    assert findings == []
    assert owners == ["c360_acme_segments"] * 2
    traits.act_as("c360_acme_admin")
    for query in (
        "SELECT tenant_acme._trait_near('{}')",
        "SELECT * FROM tenant_acme._looked_near(gen_random_uuid())",
        "SELECT * FROM tenant_acme.cdp_trait_values",
        "SELECT * FROM tenant_acme.cdp_trait_states",
        "SELECT tenant_acme.event_number('{}', '{}')",
        "SELECT c360._compile_trait('acme', 'near', '{}')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), traits.db.connection.transaction():
            traits.db.execute(query)


@pytest.mark.parametrize("expression", ["settings", "jsonb", "city > 3"])
def test_what_no_trait_can_be_is_refused_with_what_postgresql_says(traits, expression):
    expression = "event_counts" if expression == "settings" else expression

    with pytest.raises(C360Error) as refused:
        traits.put("bad", expression)

    assert refused.value.code == "U3312"
    assert traits.db.rows("SELECT * FROM tenant_acme.list_computed_traits()") == []


def test_a_broken_trait_stops_no_sync(traits):
    traits.state(near="city = 'Hue'", bad="nothing_of_that_name", near_too="country")
    sync_tenant(traits.db.connection, "acme")

    assert [traits.listed(name)["status"] for name in ("near", "bad", "near_too")] == ["filling", "broken", "filling"]
