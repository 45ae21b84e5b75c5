"""Engagement fades, inactivity says when too little is known, leads get points by rules; all explain themselves."""

from __future__ import annotations

import random
from decimal import Decimal

import psycopg
import pytest
import yaml

from c360.domain.errors import UsageError
from c360.governance import dump_tenant, restore_tenant
from c360.governance.apply import apply_declaration, export_tenant
from c360.governance.declaration import read_declaration
from c360.governance.plan import Permissions
from c360.governance.tenants import as_owner
from support.clock import days_ago
from support.events import identify, ingest, track
from support.histories import repeaters
from support.observations import resolve
from support.shop import Shop

SCORES = {
    "rfm_segment": "SELECT recency_score * 100 + frequency_score * 10 + monetary_score FROM tenant_acme.cdp_rfm",
    "recency_score": "SELECT recency_score FROM tenant_acme.cdp_rfm",
    "frequency_score": "SELECT frequency_score FROM tenant_acme.cdp_rfm",
    "monetary_score": "SELECT monetary_score FROM tenant_acme.cdp_rfm",
    "clv": "SELECT clv FROM tenant_acme.cdp_clv",
    "engagement": "SELECT engagement FROM tenant_acme.cdp_engagement",
    "inactivity": "SELECT inactivity FROM tenant_acme.cdp_inactivity",
    "lead": "SELECT lead FROM tenant_acme.cdp_lead",
}
RULES = {
    "Ordered lately": {"points": 20, "event": "Order Completed", "within_days": 60},
    "Clicks a lot": {"points": 5.5, "event": "Clicked", "within_days": 30, "at_least": 3},
    "Has an e-mail": {"points": 3, "attribute": "email"},
    "From Vietnam": {"points": -2, "attribute": "country", "equals": "VN"},
    "Spends": {"points": 7, "metric": "total_revenue", "at_least": 20},
}


def clicks(db, *days, user="u1"):
    for number, day in enumerate(days):
        at = days_ago(db, day)
        ingest(db, track("Clicked", f"{user}-{number}-{day}", userId=user, anonymousId=user, timestamp=at))


def work(db):
    resolve(db)
    while db.call("c360.refresh_profiles", "acme", 2000)["has_more"]:
        pass


def only(db, view):
    [row] = db.records(f"SELECT * FROM tenant_acme.{view}")
    return row


def explained(db, profile_id, score):
    return db.call_rows("c360.explain_score", "acme", profile_id, score)


def test_a_point_is_half_of_one_after_a_half_life(db):
    clicks(db, 0, 30, 60)
    work(db)

    row = only(db, "cdp_engagement")

    assert row["engagement"] == Decimal("1.75")
    assert row["parts"] == [{"event_name": "Clicked", "events": 3, "weight": 1, "points": 1.75}]
    assert (row["active_days_30d"], row["active_days_90d"]) == (1, 3)
    assert (row["frequency_30d"], row["frequency_90d"]) == (Decimal("0.0333"), Decimal("0.0333"))


def test_weights_and_half_life_are_those_of_the_tenant(db):
    ingest(db, identify("u1", "m0"))
    ingest(db, track("Clicked", "m1", userId="u1", timestamp=days_ago(db, 7)))
    order = {"order_id": "o", "total": 1}
    ingest(db, track("Order Completed", "m2", userId="u1", timestamp=days_ago(db, 14), properties=order))
    work(db)

    assert db.call("c360.set_engagement", "acme", 7, {"Order Completed": 10, "identify": 2}, Decimal("0.5")) is True
    assert db.call("c360.set_engagement", "acme", 7, {"Order Completed": 10, "identify": 2}, Decimal("0.5")) is False
    row = only(db, "cdp_engagement")
    assert [(part["event_name"], part["points"]) for part in row["parts"]] == [
        ("Order Completed", 2.5),
        ("identify", 2),
        ("Clicked", 0.25),
    ]
    assert row["engagement"] == Decimal("4.75")

    assert db.call("c360.set_engagement", "acme") is True
    assert [part["event_name"] for part in only(db, "cdp_engagement")["parts"]] == ["Clicked", "Order Completed"]


def test_events_of_the_future_and_of_long_ago_count_nothing(db):
    clicks(db, 0)
    work(db)
    raw = db.value("SELECT raw_profile_id FROM tenant_acme.cdp_profile_links")
    with as_owner(db.connection):
        db.execute(
            "INSERT INTO tenant_acme.cdp_activity_days (raw_profile_id, day, event_name, kept_count)"
            " VALUES (%s, current_date + 3, 'Clicked', 5), (%s, current_date - 36000, 'Clicked', 5)",
            raw,
            raw,
        )

    assert only(db, "cdp_engagement")["engagement"] == 1


def test_without_events_engagement_is_nothing_and_inactivity_unknown(db):
    Shop(db).customer()

    assert only(db, "cdp_engagement")["engagement"] == 0
    row = only(db, "cdp_inactivity")
    assert (row["inactivity"], row["basis"], row["idle_days"], row["pauses"]) == (None, None, None, 0)


@pytest.mark.parametrize(
    ("days", "inactivity"),
    [
        ((3, 4, 5, 6, 7), None),
        ((3, 4, 5, 6, 7, 8), 5 / 6),
        ((0, 1, 2, 3, 4, 5), 0),
        ((3, 5, 10, 11, 14, 15), 3 / 6),
    ],
)
def test_inactivity_is_the_share_of_their_pauses_that_were_shorter(db, days, inactivity):
    clicks(db, *days)
    work(db)

    row = only(db, "cdp_inactivity")

    assert (row["inactivity"], row["basis"]) == (inactivity, None if inactivity is None else "pauses")


def test_leads_get_the_points_of_the_rules_that_hold(db):
    ingest(db, identify("u1", "m0", email="an@shop.vn"))
    clicks(db, 0, 3, 31)
    work(db)
    assert db.rows("SELECT * FROM tenant_acme.cdp_lead") == []

    rules = {**RULES, "Clicks": {"points": 1, "event": "Clicked", "at_least": 2}}
    assert db.call("c360.set_lead", "acme", rules) is True
    assert db.call("c360.set_lead", "acme", rules) is False

    row = only(db, "cdp_lead")
    assert row["parts"] == {
        "Ordered lately": 0,
        "Clicks a lot": 0,
        "Clicks": 1,
        "Has an e-mail": 3,
        "From Vietnam": 0,
        "Spends": 0,
    }
    assert row["lead"] == 4
    said = {part["part"]: part["words"] for part in explained(db, row["master_profile_id"], "lead")}
    assert said["Clicks"] == '2 x "Clicked" in 30 days; 2 or more give 1 points.'
    assert db.call("c360.set_lead", "acme") is True
    assert db.rows("SELECT * FROM tenant_acme.cdp_lead") == []


def test_a_rule_about_a_masked_attribute_tells_nothing_of_anybody(db):
    ingest(db, identify("u1", "m0", email="an@shop.vn"))
    clicks(db, 0, 1, 2)
    work(db)
    db.call("c360.set_lead", "acme", RULES)
    assert only(db, "cdp_lead")["lead"] == Decimal("8.5")

    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.profile_attributes SET is_masked = true"
            " WHERE tenant = 'acme' AND attribute IN ('email', 'event_summary')"
        )
    row = only(db, "cdp_lead")
    parts = {part["part"]: part for part in explained(db, row["master_profile_id"], "lead")}

    assert row["lead"] == 0
    for name in ("Has an e-mail", "Clicks a lot"):
        hidden = parts[name]
        said = (hidden["value"], hidden["points"], hidden["words"])
        assert said == (None, 0, "Not counted: the attribute is masked.")
    assert [part["part"] for part in explained(db, row["master_profile_id"], "engagement")] == ["masked"]


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ([{}], "it is {rule:"),
        ({"a": 5}, "a rule is an object"),
        ({"a": {"event": "x"}}, "points is a number"),
        ({"a": {"points": "5", "event": "x"}}, "points is a number"),
        ({"a": {"points": 1}}, "give one of"),
        ({"a": {"points": 1, "event": "x", "attribute": "email"}}, "give one of"),
        ({"a": {"points": 1, "event": "x", "within_days": 0}}, "within_days"),
        ({"a": {"points": 1, "event": "x", "within_days": 1.5}}, "within_days"),
        ({"a": {"points": 1, "event": "x", "within_days": 30.0}}, "within_days"),
        ({"a": {"points": 1, "metric": "x", "at_least": 1}}, "metric is one of"),
        ({"a": {"points": 1, "metric": "total_orders"}}, "at_least is a number"),
        ({"a": {"points": 1, "attribute": "e_mail"}}, "no attributes of the tenant: e_mail"),
        ({" a": {"points": 1, "attribute": "email"}}, "no name for a rule"),
    ],
)
def test_rules_that_cannot_be_right_are_refused(db, rules, problem):
    with pytest.raises(psycopg.Error) as refused:
        db.call("c360.set_lead", "acme", rules)

    assert refused.value.sqlstate == "U3411"
    assert problem in refused.value.diag.message_detail


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ((0, None, None), "half_life_days"),
        ((7, {"a": "5"}, None), 'the weight of "a"'),
        ((7, [{}], None), "weights is"),
        ((7, None, 5000), "default_weight"),
    ],
)
def test_engagement_that_cannot_be_right_is_refused(db, given, problem):
    with pytest.raises(psycopg.Error) as refused:
        db.call("c360.set_engagement", "acme", *given)

    assert refused.value.sqlstate == "U3411"
    assert problem in refused.value.diag.message_detail


@pytest.fixture
def tenant_of_all(db):
    """Sixty customers with a fit of lifetime value, forty visitors, and rules for leads."""
    shop = Shop(db)
    repeaters(shop, 60)
    randomly = random.Random(5)
    for number in range(40):
        clicks(db, *sorted(randomly.sample(range(100), randomly.randint(1, 12))), user=f"visitor-{number}")
    work(db)
    db.call("c360._refresh_purchase_histories", "acme", None)
    assert db.call("c360.fit_clv", "acme", p_prior=0.1)["is_active"] is True
    db.call("c360.set_engagement", "acme", Decimal("11.5"), {"Order Completed": 3.3})
    db.call("c360.set_lead", "acme", RULES)
    return db


@pytest.mark.parametrize("score", SCORES)
def test_the_parts_add_up_to_the_score_for_everybody(tenant_of_all, score):
    db = tenant_of_all
    view = SCORES[score].split()[-1]
    known = dict(db.rows(SCORES[score].replace("SELECT", "SELECT master_profile_id,", 1)))

    assert len(known) >= 60, view
    for profile_id, value in known.items():
        parts = explained(db, profile_id, score)
        total = sum(part["points"] for part in parts)
        assert all(part["words"] for part in parts)
        if value is None:
            assert parts == []
        elif isinstance(value, float):
            assert float(total) == value
        else:
            assert total == value


def test_an_unknown_score_is_refused_and_an_unknown_person_has_none(db):
    assert explained(db, "00000000-0000-0000-0000-000000000001", "engagement") == []

    with pytest.raises(psycopg.Error) as refused:
        explained(db, "00000000-0000-0000-0000-000000000001", "charm")
    assert refused.value.sqlstate == "U3412"


def test_a_file_sets_them_an_export_gives_them_back_and_a_dump_takes_them_along(connect, tmp_path):
    session = connect(autocommit=True)
    engagement = {"half_life_days": 14, "weights": {"Order Completed": 2.5, "Clicked": 0}}
    file = tmp_path / "acme.yaml"

    def apply(**scores):
        file.write_text(yaml.safe_dump({"tenant": "acme", **scores}, sort_keys=False))
        return apply_declaration(session.connection, read_declaration(file), Permissions(), lambda _: True)

    first, untouched = apply(engagement=engagement, lead=RULES), apply()
    exported = yaml.safe_load(export_tenant(session.connection, "acme"))
    again = apply(engagement=exported["engagement"], lead=exported["lead"])
    dump_tenant(session.connection, "acme", tmp_path / "acme.c360", lambda *_: None)
    restore_tenant(session.connection, tmp_path / "acme.c360", "acme_two", lambda *_: None)
    apply(engagement={}, lead={})

    assert [change.split(":")[0] for change in first.changes] == ["engagement", "lead"]
    assert untouched.is_empty
    assert again.is_empty
    assert (exported["engagement"], exported["lead"]) == (engagement, RULES)
    assert session.rows("SELECT tenant, score, settings FROM c360.score_settings ORDER BY score") == [
        ("acme_two", "engagement", engagement),
        ("acme_two", "lead", RULES),
    ]


@pytest.mark.parametrize(
    ("score", "settings", "place"),
    [
        ("engagement", {"half_life_days": 0}, "engagement.half_life_days"),
        ("engagement", {"weights": {"a": "much"}}, "engagement.weights.a"),
        ("lead", {"a": {"event": "x"}}, "lead.a.points"),
        ("lead", {"a": {"points": 1, "evnt": "x"}}, "lead.a.evnt"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_place(tmp_path, score, settings, place):
    file = tmp_path / "acme.yaml"
    file.write_text(yaml.safe_dump({"tenant": "acme", score: settings}))

    with pytest.raises(UsageError) as caught:
        read_declaration(file)

    assert place in caught.value.detail


def test_every_change_is_audited_and_the_owner_is_checked_too(db):
    db.call("c360.set_engagement", "acme", 7)
    db.call("c360.set_engagement", "acme")
    assert db.column("SELECT action FROM c360.audit_log WHERE action LIKE 'score_settings.%' ORDER BY audit_id") == [
        "score_settings.added",
        "score_settings.removed",
    ]

    with pytest.raises(psycopg.Error) as refused, as_owner(db.connection):
        db.execute("INSERT INTO c360.score_settings VALUES ('acme', 'lead', '{\"a\": 1}')")
    assert refused.value.sqlstate == "U3411"


def test_readers_see_the_views_and_set_nothing(db):
    clicks(db, 0)
    work(db)
    profile_id = only(db, "cdp_engagement")["master_profile_id"]
    db.execute("SET LOCAL ROLE c360_owner")
    db.execute("GRANT c360_acme_reader TO dba")
    db.execute("SET LOCAL ROLE c360_acme_reader")

    assert db.value("SELECT engagement FROM tenant_acme.cdp_engagement") == 1
    assert db.rows("SELECT basis FROM tenant_acme.cdp_inactivity") == [(None,)]
    assert db.rows("SELECT * FROM tenant_acme.cdp_lead") == []
    assert db.value("SELECT points FROM tenant_acme.explain_score(%s, 'engagement')", profile_id) == 1
    with pytest.raises(psycopg.Error) as refused:
        db.call("tenant_acme.set_engagement", 7)
    assert refused.value.sqlstate == "42501"
