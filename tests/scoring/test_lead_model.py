"""Leads that data judges: the coefficients of a textbook, a validation anybody can redo, no look ahead."""

from __future__ import annotations

from datetime import timedelta
from math import log
from statistics import fmean

import psycopg
import pytest
import yaml

from c360.domain.errors import UsageError
from c360.governance.apply import apply_declaration, export_tenant
from c360.governance.declaration import read_declaration
from c360.governance.plan import Permissions
from c360.governance.tenants import as_owner
from support.events import identify, ingest, track
from support.leads import GOAL, PEOPLE, TODAY, lives, play, play_leads, profile
from support.observations import resolve
from support.regression import by_hand, dot, sigmoid
from support.session import Session

FEATURES = {
    "clicks": {"event": "Clicked", "within_days": 30},
    "days": {"metric": "active_days"},
    "known": {"metric": "days_since_first"},
    "mail": {"attribute": "email"},
}


def at(day):
    """A moment so many days before today."""
    return (TODAY - timedelta(days=day)).isoformat()


def settle(db):
    resolve(db)
    while db.call("c360.refresh_profiles", "acme", 5000)["has_more"]:
        pass


@pytest.fixture(scope="module")
def module_leads(module_database):
    with psycopg.connect(module_database.dsn) as connection:
        db = Session(connection)
        play_leads(db)
        db.call("c360.set_lead_model", "acme", GOAL, 30, FEATURES)
        yield db
        connection.rollback()


@pytest.fixture
def leads(module_leads):
    """The tenant of many leads; what a test changes is undone."""
    with module_leads.connection.transaction(force_rollback=True):
        yield module_leads


def numbers(people, cut):
    """The leads of the day so many days ago: their numbers, and whether they ordered in the 30 days after."""
    x, y = [], []
    for clicks, mail, order in people:
        if order is None or order < cut:
            seen = [day for day in clicks if day >= cut]
            row = [sum(day < cut + 30 for day in seen), len({*seen, 121}), 121 - cut]
            x.append([*(log(1 + n) for n in row), float(mail)])
            y.append(order is not None and order >= cut - 30)
    return x, y


def fit(db, **more):
    return db.call("c360.fit_lead", "acme", **({"p_as_of": TODAY} | more))


def without(rows, place):
    return [[value for at_place, value in enumerate(row) if at_place != place] for row in rows]


def test_it_finds_what_the_textbook_finds_in_the_events(leads):
    said = fit(leads)

    x, y = numbers(lives(), 31)
    x = without(x, 2)
    coefficients, errors, likelihood = by_hand(x, y)
    assert (said["status"], said["is_active"], said["ridge"]) == ("converged", True, 0)
    assert (said["cases"], said["reached"]) == (len(y), sum(y))
    assert [feature["name"] for feature in said["features"]] == ["clicks", "days", "mail"]
    assert said["warnings"] == {"constant": ["known"]}
    assert said["coefficients"] == pytest.approx(coefficients, rel=1e-6)
    assert said["standard_errors"] == pytest.approx(errors, rel=1e-6)
    assert said["log_likelihood"] == pytest.approx(likelihood, rel=1e-9)
    assert said["means"] == pytest.approx([fmean(column) for column in zip(*x, strict=True)])


def test_the_validation_can_be_redone_from_the_events(leads):
    said = fit(leads)["validation"]

    coefficients, *_ = by_hand(*(lambda x, y: (without(x, 2), y))(*numbers(lives(), 61)))
    x, y = numbers(lives(), 31)
    p = [sigmoid(coefficients[0] + dot(row, coefficients[1:])) for row in without(x, 2)]
    pairs = [
        (good > bad) + (good == bad) / 2
        for good in (one for one, done in zip(p, y, strict=True) if done)
        for bad in (one for one, done in zip(p, y, strict=True) if not done)
    ]
    rate = fmean(y)
    assert (said["cases"], said["reached"]) == (len(y), sum(y))
    assert said["expected"] == pytest.approx(sum(p), rel=1e-6)
    assert said["auc"] == pytest.approx(fmean(pairs), abs=1e-6)
    assert said["brier"] == pytest.approx(fmean((one - done) ** 2 for one, done in zip(p, y, strict=True)), rel=1e-6)
    assert said["log_loss"] == pytest.approx(
        fmean(-log(one if done else 1 - one) for one, done in zip(p, y, strict=True)), rel=1e-6
    )
    assert said["brier_of_rate"] == pytest.approx(rate * (1 - rate))
    assert said["log_loss_of_rate"] == pytest.approx(-rate * log(rate) - (1 - rate) * log(1 - rate))
    assert said["auc"] > 0.65
    assert sum(part["customers"] for part in said["by_decile"]) == len(y)
    assert sum(part["customers"] * part["actual"] for part in said["by_decile"]) == pytest.approx(sum(y))
    assert leads.call("c360.validate_lead", "acme", p_as_of=TODAY) == said


def test_what_happens_after_the_cut_changes_no_feature(leads):
    before = fit(leads)

    with as_owner(leads.connection):
        play(leads, [(number, "Clicked", number % 30 + 1) for number in range(0, PEOPLE, 2)])
        leads.execute(
            "INSERT INTO tenant_acme.cdp_profile_history (master_profile_id, version, change, profile, valid_from)"
            " SELECT master_profile_id, 2, 'updated', '{\"email\": \"new@example.org\"}', now() - interval '2 days'"
            " FROM tenant_acme.cdp_profile_history WHERE profile ->> 'email' IS NULL"
        )

    after = fit(leads)
    assert {**after, "fit_id": None, "fitted_at": None} == {**before, "fit_id": None, "fitted_at": None}


def test_the_view_shows_who_is_a_lead_and_parts_add_up_to_the_log_odds(leads):
    said = fit(leads)

    rows = leads.records("SELECT * FROM tenant_acme.cdp_lead_model")

    assert len(rows) == sum(order is None for *_, order in lives())
    assert {(row["goal"], row["within_days"], row["fit_id"], row["is_validated"]) for row in rows} == {
        (GOAL, 30, said["fit_id"], True)
    }
    for row in rows[:40]:
        parts = leads.call_rows("c360.explain_score", "acme", row["master_profile_id"], "lead_probability")
        assert parts[0]["part"] == "everybody"
        assert sorted(part["part"] for part in parts) == ["clicks", "days", "everybody", "mail"]
        assert sum(part["points"] for part in parts) == row["log_odds"]
        assert row["probability"] == pytest.approx(sigmoid(float(row["log_odds"])), rel=1e-12)
        assert f"a probability of {row['probability']:.4f} to reach" in parts[0]["words"]
    best = max(rows, key=lambda row: row["probability"])
    assert leads.call_rows("c360.lead_probabilities", "acme", [best["master_profile_id"]]) == [best]


def test_parts_say_what_was_sent(leads):
    fit(leads)
    ingest(leads, identify("new", "new-0", email="new@example.org") | {"timestamp": at(50)})
    clicks = enumerate((0, 0, 29, 30, 50), start=1)
    ingest(leads, *(track("Clicked", f"new-{n}", userId="new", timestamp=at(day)) for n, day in clicks))
    settle(leads)
    profile_id = leads.call("c360.profile", "acme", "user_id", "new")["profile_id"]

    parts = {
        part["part"]: part for part in leads.call_rows("c360.explain_score", "acme", profile_id, "lead_probability")
    }

    assert (parts["clicks"]["value"], parts["days"]["value"], parts["mail"]["value"]) == ("3", "4", "1")
    assert parts["clicks"]["words"].startswith('3 x "Clicked" in 30 days; ')
    assert parts["mail"]["words"].startswith("email is known; of ")


def test_days_go_with_the_observation_and_end_with_an_erasure(leads):
    fit(leads)
    one, other = [number for number, (*_, order) in enumerate(lives()) if order is None][:2]
    with as_owner(leads.connection):
        leads.execute(
            "UPDATE tenant_acme.cdp_profile_links SET master_profile_id = %s WHERE master_profile_id = %s",
            profile(one),
            profile(other),
        )

    rows = leads.call_rows("c360.lead_probabilities", "acme", [profile(one), profile(other)])
    parts = leads.call_rows("c360.explain_score", "acme", profile(one), "lead_probability")
    leads.call("c360.erase_profile", "acme", "profile_id", str(profile(one)), "asked for")

    assert [row["master_profile_id"] for row in rows] == [profile(one)]
    clicks = sum(day < 30 for number in (one, other) for day in lives()[number][0])
    assert {part["part"]: part["value"] for part in parts}["clicks"] == str(clicks)
    assert leads.call_rows("c360.lead_probabilities", "acme", [profile(one), profile(other)]) == []


def test_without_features_of_their_own_a_tenant_has_those_of_c360(leads):
    leads.call("c360.set_lead_model", "acme", GOAL)

    said = fit(leads)

    names = {feature["name"] for feature in said["features"]}
    assert said["status"] == "converged"
    assert {"Active days of 7", "Active days of 30", "All events", "Event: Clicked", "Has an e-mail"} <= names
    assert set(said["warnings"]["constant"]) >= {"Days since the first", "Has a phone number"}


def test_too_few_are_told_what_is_missing_and_given_no_number(db):
    db.call("c360.set_lead_model", "acme", GOAL, 30, {"clicks": {"event": "Clicked"}})
    ingest(db, *(track("Clicked", f"m{n}", anonymousId=f"a{n}", timestamp=at(40)) for n in range(7)))
    settle(db)

    said = fit(db)

    assert (said["status"], said["is_active"], said["coefficients"], said["validation"]) == (
        "not_enough",
        False,
        None,
        None,
    )
    assert said["missing"] == [
        {"what": f'leads who reached "{GOAL}" within 30 days', "have": 0, "needed": 100},
        {"what": f'leads who did not reach "{GOAL}" within 30 days', "have": 7, "needed": 100},
        {"what": "features that tell leads apart", "have": 0, "needed": 1},
    ]
    assert db.rows("SELECT * FROM tenant_acme.cdp_lead_model") == []


def test_a_tenant_without_a_model_has_no_fit_and_no_probabilities(leads):
    fit(leads)

    leads.call("c360.set_lead_model", "acme")

    assert fit(leads) == {"status": "no_model"}
    assert leads.call("c360.validate_lead", "acme") is None
    assert leads.rows("SELECT * FROM tenant_acme.cdp_lead_model") == []


def test_features_that_divide_leads_or_repeat_each_other_get_a_ridge_that_is_said(leads):
    double = {"clicks": FEATURES["clicks"], "again": FEATURES["clicks"]}
    leads.call("c360.set_lead_model", "acme", GOAL, 30, double)
    repeated = fit(leads)
    _, y = numbers(lives(), 31)

    assert (repeated["status"], repeated["ridge"], repeated["standard_errors"]) == ("converged", 1, None)
    assert repeated["warnings"]["ridge"] == "a feature says what others say"
    assert repeated["coefficients"][1] == pytest.approx(repeated["coefficients"][2])

    asked = [number for number, (*_, order) in enumerate(lives()) if order is not None and order <= 30]
    with as_owner(leads.connection):
        play(leads, [(number, "Asked", 40) for number in asked])
    leads.call("c360.set_lead_model", "acme", GOAL, 30, {"asked": {"event": "Asked"}})
    divided = fit(leads)

    assert (divided["status"], divided["ridge"]) == ("converged", 1)
    assert divided["warnings"]["ridge"].startswith("a line divides")
    column = [[log(2.0) if done else 0.0] for done in y]
    assert divided["coefficients"] == pytest.approx(by_hand(column, y, 1.0)[0], rel=1e-6)


def mask(db, *attributes):
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = ANY (%s)",
            list(attributes),
        )


def test_a_masked_attribute_is_no_feature_and_counts_nothing_from_when_it_is_masked(leads):
    before = fit(leads)
    mask(leads, "email")

    row = leads.records("SELECT * FROM tenant_acme.cdp_lead_model ORDER BY master_profile_id LIMIT 1")[0]
    parts = leads.call_rows("c360.explain_score", "acme", row["master_profile_id"], "lead_probability")
    [hidden] = [part for part in parts if part["part"] == "mail"]
    after = fit(leads)

    assert "mail" in [feature["name"] for feature in before["features"]]
    assert (hidden["value"], hidden["points"], hidden["words"]) == (None, 0, "Not counted: the attribute is masked.")
    assert sum(part["points"] for part in parts) == row["log_odds"]
    assert [feature["name"] for feature in after["features"]] == ["clicks", "days"]
    assert after["warnings"]["masked"] == ["mail"]


@pytest.mark.parametrize("attribute", ["event_summary", "total_orders", "last_seen_at"])
def test_where_events_or_orders_are_masked_nobody_is_told(leads, attribute):
    fit(leads)
    profile_id = leads.value("SELECT master_profile_id FROM tenant_acme.cdp_lead_model LIMIT 1")
    mask(leads, attribute)

    assert leads.rows("SELECT * FROM tenant_acme.cdp_lead_model") == []
    parts = leads.call_rows("c360.explain_score", "acme", profile_id, "lead_probability")
    assert [part["part"] for part in parts] == ["masked"]


def test_readers_see_probabilities_and_set_and_fit_nothing(leads):
    fit(leads)
    leads.execute("SET LOCAL ROLE c360_owner")
    leads.execute("GRANT c360_acme_reader TO dba")
    leads.execute("SET LOCAL ROLE c360_acme_reader")

    assert leads.value("SELECT count(*) FROM tenant_acme.cdp_lead_model") > 0
    assert leads.value("SELECT count(*) FROM tenant_acme.lead_probabilities(NULL)") > 0
    for function, arguments in (("set_lead_model", ["x"]), ("fit_lead", [])):
        with pytest.raises(psycopg.Error) as refused, leads.connection.transaction():
            leads.call(f"tenant_acme.{function}", *arguments)
        assert refused.value.sqlstate == "42501"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ((None, 7, None), "goal is the name of an event"),
        (("", 7, None), "goal is the name of an event"),
        (("x", 0, None), "within_days"),
        (("x", 7, [{}]), "features is {name"),
        (("x", 7, {"a": 5}), "a feature is an object"),
        (("x", 7, {" a": {"event": "y"}}), "no name for a feature"),
        (("x", 7, {"a": {}}), "give one of"),
        (("x", 7, {"a": {"event": "y", "metric": "total_events"}}), "give one of"),
        (("x", 7, {"a": {"event": 5}}), "event is the name"),
        (("x", 7, {"a": {"event": "y", "within_days": 1.5}}), "within_days"),
        (("x", 7, {"a": {"event": "y", "within_days": 30.0}}), "within_days"),
        (("x", 7, {"a": {"metric": "total_revenue"}}), "metric is one of"),
        (("x", 7, {"a": {"metric": "days_since_last", "within_days": 3}}), "have no within_days"),
        (("x", 7, {"a": {"attribute": "email", "equals": 5}}), "equals is a text"),
        (("x", 7, {"a": {"attribute": "e_mail"}}), "no attributes of the tenant: e_mail"),
        (("x", 7, {f"f{n}": {"event": "y"} for n in range(31)}), "more than 30"),
    ],
)
def test_models_that_cannot_be_right_are_refused(db, given, problem):
    with pytest.raises(psycopg.Error) as refused:
        db.call("c360.set_lead_model", "acme", *given)

    assert refused.value.sqlstate == "U3411"
    assert problem in refused.value.diag.message_detail
    assert refused.value.diag.message_hint


@pytest.mark.parametrize("ridge", [-1, float("nan"), None])
def test_a_ridge_that_cannot_be_is_refused(db, ridge):
    with pytest.raises(psycopg.Error) as refused:
        fit(db, p_ridge=ridge)

    assert (refused.value.sqlstate, bool(refused.value.diag.message_hint)) == ("U3430", True)


def test_a_file_sets_it_and_an_export_gives_it_back(connect, tmp_path):
    session = connect(autocommit=True)
    model = {"goal": GOAL, "within_days": 14, "features": FEATURES}
    file = tmp_path / "acme.yaml"

    def apply(**scores):
        file.write_text(yaml.safe_dump({"tenant": "acme", **scores}, sort_keys=False))
        return apply_declaration(session.connection, read_declaration(file), Permissions(), lambda _: True)

    first = apply(lead_model=model)
    exported = yaml.safe_load(export_tenant(session.connection, "acme"))
    again = apply(lead_model=exported["lead_model"])
    with pytest.raises(UsageError) as caught:
        apply(lead_model={"goal": "x", "features": {"a": {"evnt": "y"}}})

    assert [change.split(":")[0] for change in first.changes] == ["lead_model"]
    assert exported["lead_model"] == model
    assert again.is_empty
    assert "lead_model.features.a.evnt" in caught.value.detail


def test_a_job_fits_it_every_week(db):
    assert db.call("c360.run_job", "acme", "fit_lead")["answer"] == {"status": "no_model"}
