"""Scores are columns of conditions: unknown while there is none, hidden where what they tell is masked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from c360.domain.errors import ScoringRefused
from c360.governance import sync_tenant
from c360.governance.sources import _SCORES
from c360.governance.tenants import as_owner
from support.events import ingest, track
from support.histories import repeaters
from support.observations import resolve
from support.shop import Shop


def ago(days):
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def clicks(db, who, *days):
    for day in days:
        ingest(db, track("Clicked", f"{who}-{day}", userId=who, timestamp=ago(day)))
    resolve(db)
    while db.call("c360.refresh_profiles", "acme")["has_more"]:
        pass


@pytest.fixture
def customers(segments):
    """Sixty customers with a fit of lifetime value."""
    repeaters(Shop(segments.db), 60)
    segments.db.call("c360._refresh_purchase_histories", "acme", None)
    assert segments.db.call("c360.fit_clv", "acme", p_prior=0.1)["is_active"] is True
    return segments


@pytest.mark.parametrize(
    ("view", "condition"),
    [
        ("cdp_clv", "clv > 20"),
        ("cdp_clv", "expected_purchases >= 0.5 AND expected_value > 15"),
        ("cdp_clv", "probability_no_purchase < 0.9"),
        ("cdp_inactivity", "inactivity > 0.5 OR idle_days > 3650"),
    ],
)
def test_members_are_those_of_whom_the_view_says_so(customers, view, condition):
    customers.put("some", condition)

    found = customers.db.column("SELECT master_profile_id FROM tenant_acme.cdp_segment_members WHERE segment = 'some'")

    assert set(found) == set(customers.db.column(f"SELECT master_profile_id FROM tenant_acme.{view} WHERE {condition}"))
    assert customers.db.value("SELECT uses_time FROM tenant_acme.cdp_segment_states WHERE segment = 'some'")


def test_who_has_no_score_is_unknown_and_a_fit_is_not_needed(segments):
    segments.know("an", city="Hue")

    segments.put("worth", "clv > 0")
    segments.put("not_worth", "NOT clv > 0")
    segments.put("unscored", "clv IS NULL AND lead IS NULL AND inactivity IS NULL AND engagement = 0")

    assert (segments.members("worth"), segments.members("not_worth"), segments.members("unscored")) == (
        set(),
        set(),
        {"an"},
    )


def test_engagement_and_leads_are_asked_and_why_shows_the_values(segments):
    clicks(segments.db, "an", 0, 1, 2)
    clicks(segments.db, "binh", 80)
    segments.db.call("c360.set_lead", "acme", {"Clicks": {"points": 5, "event": "Clicked", "at_least": 2}})

    segments.put("busy", "engagement > 2 AND lead >= 5 AND frequency_30d >= 0.1")

    assert segments.members("busy") == {"an"}
    [whole, *parts] = segments.db.records("SELECT * FROM tenant_acme.explain_segment('busy', %s)", segments.id_of("an"))
    assert whole["holds"] is True
    assert {name: value for part in parts for name, value in part["values"].items()}.keys() == {
        "engagement",
        "lead",
        "frequency_30d",
    }


def test_an_attribute_of_the_tenant_comes_before_a_score_of_its_name(segments):
    segments.db.execute(
        "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths)"
        " VALUES ('acme', 'lead', 'text', '{lead}')"
    )
    sync_tenant(segments.db.connection, "acme")
    segments.know("an", lead="warm")

    segments.put("warm", "lead = 'warm'")

    assert segments.members("warm") == {"an"}


@pytest.mark.parametrize(
    ("masked", "condition"),
    [
        ("total_revenue", "clv > 100"),
        ("last_purchase_at", "probability_alive > 0.5"),
        ("event_summary", "engagement > 3"),
        ("last_seen_at", "idle_days > 3"),
    ],
)
def test_a_score_that_tells_a_masked_attribute_makes_no_segment_and_hides_older_ones(segments, masked, condition):
    segments.put("older", condition)
    segments.db.execute(
        "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = %s", masked
    )

    assert segments.state("older")["is_hidden"]
    with pytest.raises(ScoringRefused, match="masked"):
        segments.put("newer", condition)


def test_columns_and_what_they_tell_are_those_of_the_database(segments):
    answered = {
        function.removeprefix("_").removesuffix("_of"): set(names) - {"p_ids", "master_profile_id"}
        for function, names in segments.db.rows(
            "SELECT asked.function_name::text, present.proargnames FROM c360._segment_functions() AS asked"
            " JOIN pg_proc AS present ON present.proname = asked.function_name"
            " WHERE present.pronamespace = 'tenant_acme'::regnamespace AND present.proname <> 'event_number'"
        )
    }
    assert answered == {score: set(columns) for score, columns in _SCORES.items()} | {"lead": {"lead"}}

    told = {column: set(attributes) for columns in _SCORES.values() for column, attributes in columns.items()}
    for attribute in set().union(*told.values()):
        segments.db.execute(
            "UPDATE c360.profile_attributes SET is_masked = attribute = %s WHERE tenant = 'acme'", attribute
        )
        hidden = set(segments.db.value("SELECT c360._masked_scores('acme')"))
        assert {column for column, attributes in told.items() if attribute in attributes} == hidden & told.keys()


def test_the_role_of_conditions_gets_no_masked_score_even_through_a_hole(customers):
    customers.db.execute(
        "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = 'total_revenue'"
    )
    ids = customers.db.column("SELECT master_profile_id FROM tenant_acme.cdp_master_profiles")

    seen = customers.db.rows("SELECT clv, purchase_days FROM tenant_acme._clv_of(%s)", ids)

    assert {clv for clv, _ in seen} == {None}
    assert {days for _, days in seen} == {3}


@pytest.mark.parametrize("kind", ["reader", "writer", "admin"])
@pytest.mark.parametrize("function", sorted(_SCORES))
def test_only_the_role_of_conditions_asks_for_scores_like_that(segments, kind, function):
    segments.put("busy", "engagement > 2")
    with as_owner(segments.db.connection):
        allowed = segments.db.value(
            "SELECT has_function_privilege('c360_acme_segments', %s, 'EXECUTE')", f"tenant_acme._{function}_of(uuid[])"
        )
    assert allowed
    segments.act_as(f"c360_acme_{kind}")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        segments.db.execute(f"SELECT * FROM tenant_acme._{function}_of('{{}}')")


def test_doctor_finds_nothing_amiss_with_what_the_role_may_call(segments):
    segments.put("busy", "engagement > 2 AND clv IS NULL")

    with as_owner(segments.db.connection):
        findings = segments.db.rows("SELECT * FROM c360._security_functions()")
        granted = segments.db.value("SELECT count(*) FROM c360._function_grant_differences()")

    assert (findings, granted) == ([], 0)
