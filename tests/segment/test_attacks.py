"""SQL in conditions, codes, titles and files, and what a condition could do if the check had a hole."""

import os
import textwrap

import psycopg
import pytest

from c360.domain.errors import C360Error, ScoringRefused, UsageError
from c360.governance import Permissions, apply_declaration, create_tenant, read_declaration, sync_tenant
from c360.governance.tenants import as_owner
from support.hostile_expressions import REFUSED


@pytest.mark.parametrize("condition", REFUSED)
def test_a_hostile_condition_is_refused_and_leaves_nothing(segments, condition):
    with pytest.raises(ScoringRefused) as refused:
        segments.put("bad", condition)

    assert refused.value.code == "U3302"
    assert segments.db.rows("SELECT * FROM tenant_acme.list_segments()") == []


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE c360.tenants; --",
        "$$; $body$ $function$",
        "\\'; SELECT 1; --",
        "%s %I %L {x} {{ x }}",
        "/* */ --",
    ],
)
def test_hostile_texts_are_texts(segments, text):
    segments.know("an", city=text)
    quoted = "'" + text.replace("'", "''") + "'"

    segments.put("odd", f"city = {quoted} AND NOT has_event({quoted})", title=text[:200], description=text)

    assert segments.members("odd") == {"an"}
    assert (segments.state("odd")["title"], segments.state("odd")["description"]) == (text, text)
    [whole, *_] = segments.db.records("SELECT * FROM tenant_acme.explain_segment('odd', %s)", segments.id_of("an"))
    assert whole["holds"] is True


@pytest.mark.parametrize("code", ["x y", 'x"', "x;", "X", "", "1x", "x'--", "x" * 42, "tenant_acme.x", "-preview"])
def test_a_code_is_a_plain_word(segments, code):
    with pytest.raises(psycopg.DatabaseError) as refused:
        segments.db.call("c360.set_segment", "acme", code, "true")

    assert refused.value.sqlstate == "U3302"


def test_a_file_can_say_no_more_than_sql(segments, tmp_path):
    path = tmp_path / "acme.yaml"

    def apply(text):
        path.write_text("tenant: acme\nsegments:\n" + textwrap.indent(textwrap.dedent(text), "  "), encoding="utf-8")
        return apply_declaration(segments.db.connection, read_declaration(path), Permissions(), lambda _: True)

    for hostile, error in (
        ('"x; --": {condition: "true"}', UsageError),
        ('bad: {condition: "EXISTS (SELECT FROM c360.api_keys)"}', ScoringRefused),
        ('bad: {condition: !!python/object/apply:os.system ["id"]}', UsageError),
        ('bad: {condition: "true", sql: "SELECT 1"}', UsageError),
        ('bad: {condition: ["true"]}', UsageError),
    ):
        with pytest.raises(error):
            apply(hostile)
    assert segments.db.rows("SELECT * FROM tenant_acme.list_segments()") == []


def test_what_an_administrator_states_unchecked_is_not_compiled(segments):
    segments.db.call("c360.set_segment", "acme", "bad", "query_to_xml('SELECT 1', true, true, '') IS NULL")

    sync_tenant(segments.db.connection, "acme")

    assert segments.state("bad")["status"] == "broken"
    assert segments.db.value("SELECT count(*) FROM pg_proc WHERE proname = '_segment_bad'") == 0


HOLES = [
    ("reads keys", "SELECT gen_random_uuid() FROM c360.api_keys"),
    ("reads metadata", "SELECT gen_random_uuid() FROM c360.tenants"),
    ("reads another tenant", "SELECT master_profile_id FROM {other}.cdp_profiles"),
    ("reads another tenant's members", "SELECT master_profile_id FROM {other}.cdp_segment_members"),
    (
        "reads what was sent",
        "SELECT gen_random_uuid() FROM tenant_acme.cdp_behavioral_events WHERE payload IS NOT NULL",
    ),
    ("reads raw profiles", "SELECT gen_random_uuid() FROM tenant_acme.cdp_raw_profiles"),
    ("reads golden records unmasked", "SELECT master_profile_id FROM tenant_acme.cdp_master_profiles"),
    ("calls the owner's functions", "SELECT gen_random_uuid() FROM c360.list_tenants()"),
    ("drops a tenant", "SELECT gen_random_uuid() FROM c360.drop_tenant('acme', 'acme')"),
    ("calls the people's functions", "SELECT gen_random_uuid() FROM tenant_acme.profile('user_id', 'x')"),
    ("reads files", "SELECT gen_random_uuid() FROM pg_read_file('/etc/passwd')"),
    ("changes rights", "SELECT gen_random_uuid() FROM set_config('role', 'c360_owner', true)"),
    (
        "writes",
        "SELECT gen_random_uuid() FROM query_to_xml('DELETE FROM tenant_acme.cdp_segment_members', true, true, '')",
    ),
    ("writes elsewhere", "SELECT gen_random_uuid() FROM query_to_xml('CREATE TABLE tenant_acme.x ()', true, true, '')"),
]


def through_a_hole(segments, query):
    """What a condition would answer that the check let through."""
    with as_owner(segments.db.connection):
        segments.db.execute(
            "SELECT c360._make_segment_functions('acme', 'hole', %s, $$SELECT 1, 1, 'leaf', '', true, '{}'::jsonb$$)",
            query,
        )
        return segments.db.column("SELECT * FROM tenant_acme._segment_hole('{}')")


@pytest.mark.parametrize(("what", "query"), HOLES, ids=[what for what, _ in HOLES])
def test_even_through_a_hole_in_the_check_nothing_else_is_reached(segments, what, query):
    other = f"other_{os.getpid()}"
    if "{other}" in query:
        create_tenant(segments.db.connection, other)

    with pytest.raises(psycopg.Error) as refused:
        through_a_hole(segments, query.format(other=f"tenant_{other}"))

    assert refused.value.sqlstate in ("42501", "22023", "0A000", "25006")


def test_through_a_hole_there_is_what_readers_may_read(segments):
    segments.know("an", city="Hue")

    assert through_a_hole(segments, "SELECT master_profile_id FROM tenant_acme.cdp_profiles") == [segments.id_of("an")]


def test_the_role_reads_no_masked_attribute(segments):
    segments.know("an", city="Hue")
    segments.db.execute(
        "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = 'city'"
    )
    sync_tenant(segments.db.connection, "acme")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        through_a_hole(segments, "SELECT master_profile_id FROM tenant_acme.cdp_profiles WHERE city = 'Hue'")


@pytest.mark.parametrize("kind", ["reader", "writer", "admin"])
@pytest.mark.parametrize(
    "query",
    [
        "SELECT tenant_acme._segment_home('{}')",
        "SELECT * FROM tenant_acme._why_home(gen_random_uuid())",
        "SELECT * FROM tenant_acme.cdp_segment_members",
        "SELECT * FROM tenant_acme.cdp_segment_changes",
        "SELECT * FROM tenant_acme.cdp_segment_states",
        "SELECT c360._compile_segment('acme', 'home', '{}')",
    ],
)
def test_people_reach_segments_by_their_functions_alone(segments, kind, query):
    segments.put("home", "city = 'Hue'")
    segments.act_as(f"c360_acme_{kind}")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        segments.db.execute(query)


def test_the_functions_belong_to_a_role_of_their_own_and_doctor_finds_nothing(segments):
    segments.put("home", "city = 'Hue'")

    owners = segments.db.column(
        "SELECT proowner::regrole::text FROM pg_proc WHERE proname IN ('_segment_home', '_why_home')"
    )
    with as_owner(segments.db.connection):
        findings = segments.db.rows("SELECT finding FROM c360.doctor_security() WHERE finding ~ 'segment'")

    assert owners == ["c360_acme_segments"] * 2
    assert findings == []


def test_a_condition_that_costs_too_much_is_refused(segments):
    with pytest.raises(psycopg.Error) as refused, as_owner(segments.db.connection):
        segments.db.execute(
            "SELECT c360._segment_cost(%s, 'c360_acme_segments', 1)",
            "SELECT master_profile_id FROM tenant_acme.cdp_profiles WHERE master_profile_id = ANY ($1)",
        )

    assert refused.value.sqlstate == "U3302"


def test_types_that_do_not_fit_are_refused_with_what_postgresql_says(segments):
    with pytest.raises(C360Error) as refused:
        segments.put("bad", "city > 3 AND total_orders = 'many'")

    assert refused.value.code == "U3302"
    assert "text > integer" in refused.value.message
