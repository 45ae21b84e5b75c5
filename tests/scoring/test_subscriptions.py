"""Contracts as events tell them, in whatever order, and how long they last: the published figures, or an honest no."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import psycopg
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.governance.apply import apply_declaration, export_tenant
from c360.governance.declaration import read_declaration
from c360.governance.plan import Permissions
from c360.governance.tenants import as_owner
from support.contracts import TODAY, at, send, tell, tell_of_contracts
from support.events import track
from support.session import Session

# Of a thousand customers who are left after 0, 1, 2, ... years, and what is published of them (Fader & Hardie 2007).
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
PUBLISHED = {"alpha": 0.668, "beta": 3.806, "log_likelihood": -1611.2}
PERIOD = {"period": "30 days", "grace_days": 7}


def contracts(db):
    rows = db.records("SELECT * FROM tenant_acme.cdp_subscriptions ORDER BY master_profile_id, contract")
    return [(row["status"], row["renewals"], (TODAY.date() - row["ends_on"]).days) for row in rows]


@pytest.fixture
def monthly(db):
    db.call("c360.set_subscription", "acme", PERIOD)
    return db


def published():
    """How often each of a thousand contracts was renewed."""
    lost = [before - after for before, after in pairwise(HIGH_END)]
    return [*(times for times, count in enumerate(lost) for _ in range(count)), *[7] * HIGH_END[-1]]


@pytest.fixture(scope="module")
def module_shop(module_database):
    with psycopg.connect(module_database.dsn) as connection:
        db = Session(connection)
        db.call("c360.set_subscription", "acme", PERIOD)
        # The first seven decisions are over.
        tell_of_contracts(db, published(), begun=219, price=9.5, currency="EUR")
        yield db
        connection.rollback()


@pytest.fixture
def shop(module_shop):
    """A thousand contracts; what a test changes is undone."""
    with module_shop.connection.transaction(force_rollback=True):
        yield module_shop


def test_the_published_parameters_come_out_of_events(shop):
    said = shop.call("c360.fit_subscriptions", "acme", p_as_of=TODAY)

    assert (said["status"], said["is_active"], said["contracts"], said["lost"]) == ("converged", True, 1000, 509)
    assert (said["alpha"], said["beta"]) == pytest.approx((PUBLISHED["alpha"], PUBLISHED["beta"]), abs=6e-4)
    assert said["log_likelihood"] == pytest.approx(PUBLISHED["log_likelihood"], abs=0.06)
    assert len(said["standard_errors"]) == 2


def test_the_hold_out_is_what_the_model_of_the_time_before_said(shop):
    said = shop.call("c360.fit_subscriptions", "acme", p_as_of=TODAY, p_holdout_periods=3)["validation"]

    at_the_cut = "SELECT (c360.fit_retention(%s, %s, %s)).*"
    lost = [before - after for before, after in pairwise(HIGH_END[:5])]
    fit = shop.records(at_the_cut, [1, 2, 3, 4, 4], [True] * 4 + [False], [*lost, HIGH_END[4]])[0]
    kept = 1.0
    for k in range(4, 7):
        kept *= (fit["beta"] + k) / (fit["alpha"] + fit["beta"] + k)
    assert (said["cases"], said["reached"]) == (HIGH_END[4], HIGH_END[7])
    assert said["expected"] == pytest.approx(HIGH_END[4] * kept, rel=1e-6)
    assert said["by_age"] == [
        {
            "age": 4,
            "customers": HIGH_END[4],
            "actual": pytest.approx(HIGH_END[7] / HIGH_END[4]),
            "expected": pytest.approx(kept),
        }
    ]
    assert shop.call("c360.validate_subscriptions", "acme", p_as_of=TODAY, p_holdout_periods=3) == said


def test_the_view_says_how_long_a_contract_lasts_and_what_it_is_worth(shop):
    fit = shop.call("c360.fit_subscriptions", "acme", p_as_of=TODAY, p_periods=12, p_discount=0.02)

    rows = shop.records("SELECT * FROM tenant_acme.cdp_subscriptions")
    active = [row for row in rows if row["status"] == "active"]

    def step(k):
        return (fit["beta"] + k) / (fit["alpha"] + fit["beta"] + k)

    retained, expected, worth = 1.0, 0.0, 0.0
    for k in range(12):
        retained *= step(7 + k)
        expected += retained
        worth += 9.5 * retained / 1.02 ** (k + 1)
    assert (len(rows), len(active)) == (1000, 491)
    for row in active[:3]:
        assert row["probability_next"] == pytest.approx(step(7))
        assert row["probability_retained"] == pytest.approx(retained)
        assert row["expected_periods"] == pytest.approx(expected)
        assert (float(row["value"]), row["currency"]) == (pytest.approx(worth, abs=0.006), "EUR")
    assert {row["probability_next"] for row in rows if row["status"] == "lapsed"} == {None}


def test_too_few_are_told_what_is_missing_and_given_no_number(monthly):
    assert monthly.call("c360.fit_subscriptions", "acme") == {"status": "no_subscriptions"}
    send(monthly, *(tell("Started", 100, n) for n in range(4)), tell("Renewed", 70, 0), tell("Started", 3, 9))

    said = monthly.call("c360.fit_subscriptions", "acme", p_as_of=TODAY)

    assert (said["status"], said["is_active"], said["alpha"], said["validation"]) == ("not_enough", False, None, None)
    assert (said["contracts"], said["undecided"]) == (4, 1)
    assert said["missing"] == [
        {"what": "contracts that were renewed or ended", "have": 4, "needed": 50},
        {"what": "contracts that ended", "have": 4, "needed": 10},
        {"what": "contracts that were renewed", "have": 1, "needed": 10},
    ]
    rows = monthly.records("SELECT probability_next, value FROM tenant_acme.cdp_subscriptions")
    assert {(row["probability_next"], row["value"]) for row in rows} == {(None, None)}


STORIES = {
    "just begun": ([("Started", 5)], [("active", 0, -25)]),
    "renewed twice": ([("Started", 65), ("Renewed", 35), ("Renewed", 5)], [("active", 2, -25)]),
    "a renewal that was never told": ([("Started", 65), ("Renewed", 5)], [("active", 2, -25)]),
    "within the grace": ([("Started", 37)], [("active", 0, 7)]),
    "past the grace": ([("Started", 38)], [("lapsed", 0, 8)]),
    "renewed late and early": ([("Started", 65), ("Renewed", 30), ("Renewed", 8)], [("active", 2, -25)]),
    "cancelled, still running": ([("Started", 35), ("Renewed", 5), ("Cancelled", 2)], [("cancelled", 1, -25)]),
    "cancelled and taken back": ([("Started", 35), ("Cancelled", 20), ("Renewed", 5)], [("active", 1, -25)]),
    "lapsed, then cancelled": ([("Started", 90), ("Cancelled", 10)], [("cancelled", 0, 60)]),
    "cancelled and begun anew": (
        [("Started", 90), ("Cancelled", 80), ("Started", 20)],
        [("cancelled", 0, 60), ("active", 0, -10)],
    ),
    "lapsed and begun anew": ([("Started", 90), ("Started", 20)], [("lapsed", 0, 60), ("active", 0, -10)]),
    "another start while it runs": ([("Started", 20), ("Started", 10)], [("active", 0, -10)]),
    "older than is told": ([("Renewed", 35), ("Renewed", 5)], [("active", 1, -25)]),
    "only an end": ([("Cancelled", 5)], []),
}


@pytest.mark.parametrize("story", STORIES)
def test_contracts_are_what_events_tell(monthly, story):
    events, expected = STORIES[story]
    told = [tell(kind, ago) for kind, ago in events]

    send(monthly, *reversed(told))
    send(monthly, *told)

    assert contracts(monthly) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([("Started", 95)], ("active", 3, -25)),
        ([("Started", 95), ("Cancelled", 40)], ("cancelled", 1, 35)),
        ([("Started", 95), ("Cancelled", 95)], ("cancelled", 0, 65)),
    ],
)
def test_where_contracts_renew_by_themselves_they_go_on_until_cancelled(db, events, expected):
    db.call("c360.set_subscription", "acme", {**PERIOD, "renews_by_itself": True})

    send(db, *(tell(kind, ago) for kind, ago in events))

    assert contracts(db) == [expected]


def test_months_end_by_the_calendar(db):
    said = db.value(
        "SELECT array_agg(c360._whole_periods('2024-01-31', day::date, '1 month', 365.25 / 12) ORDER BY day)"
        " FROM unnest(%s::text[]) AS day",
        [
            "2024-01-31",
            "2024-02-28",
            "2024-02-29",
            "2024-03-30",
            "2024-03-31",
            "2024-04-30",
            "2034-01-30",
            "2034-01-31",
        ],
    )

    assert said == [0, 0, 1, 1, 2, 3, 119, 120]


def test_an_older_contract_says_nothing_of_how_long_they_last(monthly):
    send(monthly, tell("Renewed", 35, "old"), tell("Started", 65, "new"))

    said = monthly.call("c360.fit_subscriptions", "acme", p_as_of=TODAY)

    assert (said["contracts"], said["unknown_start"]) == (1, 1)


def test_subscriptions_are_told_apart_by_their_id_and_follow_a_merge(monthly):
    send(
        monthly,
        tell("Started", 65, "a", user="one"),
        tell("Renewed", 35, "a", user="two"),
        tell("Renewed", 5, "a", user="one"),
    )
    before = contracts(monthly)
    with as_owner(monthly.connection):
        monthly.execute(
            "UPDATE tenant_acme.cdp_profile_links"
            " SET master_profile_id = (SELECT min(master_profile_id::text)::uuid FROM tenant_acme.cdp_profile_links)"
        )

    assert sorted(before) == [("active", 0, 5), ("active", 2, -25)]
    assert contracts(monthly) == [("active", 2, -25)]
    send(monthly, tell("Started", 10, "b", user="one"))
    assert len(monthly.rows("SELECT * FROM tenant_acme.cdp_subscriptions WHERE subscription_id = 'b'")) == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(["Started", "Renewed", "Cancelled"]), st.integers(0, 120)), max_size=8),
    st.randoms(),
)
def test_neither_order_nor_duplicates_change_a_contract(monthly, drawn, chance):
    events = [tell(kind, ago) for kind, ago in drawn]
    mixed = [*events, *events[:3]]
    chance.shuffle(mixed)

    found = []
    for sent in (events, mixed):
        with monthly.connection.transaction(force_rollback=True):
            if sent:
                send(monthly, *sent)
            found.append(contracts(monthly))

    assert found[0] == found[1]


def test_prices_are_read_as_amounts_are(monthly):
    send(
        monthly,
        tell("Started", 35, "a", price="€ 12,50"),
        tell("Renewed", 5, "a"),
        tell("Started", 5, "b"),
        tell("Started", 5, "c", price="much"),
    )

    rows = monthly.rows("SELECT price, currency FROM tenant_acme.cdp_subscriptions ORDER BY subscription_id")

    assert rows == [(Decimal("12.5"), "EUR"), (None, None), (None, None)]


def test_an_erased_person_has_no_contract(monthly):
    send(monthly, tell("Started", 5), tell("Started", 5, user="u2"))

    monthly.call("c360.erase_profile", "acme", "user_id", "u1", "asked for")

    assert contracts(monthly) == [("active", 0, -25)]


def test_masked_values_are_not_told(monthly):
    send(monthly, tell("Started", 5, "a", price=5))
    monthly.call("c360.set_subscription", "acme", {**PERIOD, "id": "email", "price": "email"})
    send(monthly, track("Subscription Started", "m", userId="u1", timestamp=at(4), properties={"email": "7"}))
    shown = monthly.records("SELECT * FROM tenant_acme.cdp_subscriptions WHERE subscription_id = '7'")
    with as_owner(monthly.connection):
        monthly.execute(
            "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = 'email'"
        )

    hidden = monthly.records("SELECT * FROM tenant_acme.cdp_subscriptions")
    with as_owner(monthly.connection):
        monthly.execute("UPDATE c360.profile_attributes SET is_masked = true WHERE attribute = 'event_summary'")

    assert float(shown[0]["price"]) == 7
    assert {(row["subscription_id"], row["price"], row["value"]) for row in hidden} == {(None, None, None)}
    assert contracts(monthly) == []


def test_readers_see_contracts_and_set_and_fit_nothing(monthly):
    send(monthly, tell("Started", 5))
    monthly.execute("SET LOCAL ROLE c360_owner")
    monthly.execute("GRANT c360_acme_reader TO dba")
    monthly.execute("SET LOCAL ROLE c360_acme_reader")

    assert monthly.value("SELECT status FROM tenant_acme.cdp_subscriptions") == "active"
    assert monthly.value("SELECT status FROM tenant_acme.contracts(NULL)") == "active"
    for function, arguments in (("set_subscription", [{}]), ("fit_subscriptions", [])):
        with pytest.raises(psycopg.Error) as refused, monthly.connection.transaction():
            monthly.call(f"tenant_acme.{function}", *arguments)
        assert refused.value.sqlstate == "42501"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([{}], "it is {"),
        ({"strated": "x"}, "it is {"),
        ({"started": 5}, "named by a text"),
        ({"id": ""}, "named by a text"),
        ({"renewed": "Subscription Started"}, "three events"),
        ({"period": "1 eon"}, "period is such as"),
        ({"period": 30}, "period is such as"),
        ({"grace_days": -1}, "grace_days"),
        ({"grace_days": 7.0}, "grace_days"),
        ({"renews_by_itself": "yes"}, "true or false"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(db, given, problem):
    with pytest.raises(psycopg.Error) as refused:
        db.call("c360.set_subscription", "acme", given)

    assert refused.value.sqlstate == "U3411"
    assert problem in refused.value.diag.message_detail
    assert refused.value.diag.message_hint


@pytest.mark.parametrize(
    "wrong",
    [{"p_holdout_periods": 0}, {"p_periods": 0}, {"p_periods": None}, {"p_discount": float("nan")}, {"p_prior": -1}],
)
def test_arguments_that_cannot_be_are_refused_with_a_hint(db, wrong):
    with pytest.raises(psycopg.Error) as refused:
        db.call("c360.fit_subscriptions", "acme", **wrong)

    assert (refused.value.sqlstate, bool(refused.value.diag.message_hint)) == ("U3430", True)


def test_a_file_sets_it_and_an_export_gives_it_back(connect, tmp_path):
    session = connect(autocommit=True)
    said = {"renewed": "Plan Renewed", "period": "1 year", "grace_days": 14}
    file = tmp_path / "acme.yaml"
    file.write_text(yaml.safe_dump({"tenant": "acme", "subscription": said}))

    done = apply_declaration(session.connection, read_declaration(file), Permissions(), lambda _: True)

    assert [change.split(":")[0] for change in done.changes] == ["subscription"]
    assert yaml.safe_load(export_tenant(session.connection, "acme"))["subscription"] == said
