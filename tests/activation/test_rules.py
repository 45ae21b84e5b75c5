"""Rules of activation: what sets them off, whom they contact, whom not and why."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from activation.conftest import RULE
from support.events import ingest, track
from support.observations import resolve


def test_an_event_sets_a_rule_off_once(activations):
    activations.webhook("zalo-oa")
    activations.rule(data={"text": "Your cart"}, attributes=["first_name"], subscription="zalo-oa")
    activations.does("an", firstName="An")

    assert activations.work() == {"requested": 1, "refused": 0, "held": 0}
    assert activations.work() == {"requested": 0, "refused": 0, "held": 0}

    (told,) = activations.told()
    assert told["rule"] == "cart"
    assert (told["channel"], told["purpose"], told["subscription"]) == ("zalo", "service", "zalo-oa")
    assert (told["data"], told["attributes"]) == ({"text": "Your cart"}, {"first_name": "An"})
    assert told["profile_id"] == activations.id_of("an")


def test_what_happened_before_the_rule_sets_nothing_off(activations):
    activations.does("an", hours=-1)
    activations.work()
    activations.db.call("c360.set_activation_rule", "acme", "cart", RULE)
    activations.does("an", "Other")

    assert activations.work()["requested"] == 0


def test_an_abandoned_cart_waits_and_an_order_meanwhile_ends_it(activations):
    activations.rule(when={"event": "Cart Viewed", "wait": "30 minutes", "unless": ["Order Completed"]})
    activations.does("an", hours=-0.2)
    activations.does("an", hours=-0.1)
    activations.does("binh", hours=-0.2)

    assert activations.work() == {"requested": 0, "refused": 0, "held": 0}
    activations.does("binh", "Order Completed", hours=-0.1)
    assert activations.work(0.6) == {"requested": 1, "refused": 2, "held": 0}

    assert sorted(map(str, activations.decided())) == ["['meanwhile']", "['superseded']", "[]"]
    assert [told["profile_id"] for told in activations.told()] == [activations.id_of("an")]


def test_entering_and_leaving_a_segment_set_rules_off_but_the_definition_of_one_does_not(activations):
    activations.does("an", city="Hue")
    activations.work()
    activations.rule("come", when={"segment_entered": "hue"})
    activations.rule("go", when={"segment_left": "hue"})
    activations.segment("hue", "city = 'Hue'")
    assert activations.work()["requested"] == 0

    activations.does("binh", city="Hue")
    activations.does("an", "Moved", hours=0.001, city="Hanoi")
    assert activations.work(1)["requested"] == 2

    told = {entry["rule"]: entry["profile_id"] for entry in activations.told()}
    assert told == {"come": activations.id_of("binh"), "go": activations.id_of("an")}


def test_two_people_who_turn_out_to_be_one_set_a_rule_off(activations):
    activations.rule("same", when={"merged": True})
    activations.does("an")
    activations.does("binh")
    activations.work()
    activations.db.call("c360.merge_profiles", "acme", activations.id_of("an"), activations.id_of("binh"), "same")
    resolve(activations.db)

    assert activations.work(1)["requested"] == 1


def test_for_whom_is_a_segment_and_what_they_need(activations):
    activations.rule(segment="hue", not_in_segment="staff", needs=["email"])
    activations.segment("hue", "city = 'Hue'")
    activations.segment("staff", "email LIKE '%@acme.vn'")
    activations.does("an", city="Hue", email="an@s.vn")
    activations.does("binh", city="Hanoi", email="binh@s.vn")
    activations.does("chi", city="Hue", email="chi@acme.vn")
    activations.does("dung", city="Hue")

    assert activations.work() == {"requested": 1, "refused": 3, "held": 0}
    reasons = sorted(reason for decision in activations.decided() for reason in decision)
    assert reasons == ["address_missing", "in_excluded_segment", "not_in_segment"]


@pytest.mark.parametrize("where", [{"segment": "hue"}, {"not_in_segment": "staff"}])
def test_a_rule_whose_segment_is_not_there_contacts_nobody_and_says_so(activations, db, where):
    activations.rule(**where)
    activations.does("an")
    told = activations.work()
    query = "SELECT level, finding FROM c360.doctor() WHERE subject = 'rule cart of tenant acme'"
    findings = db.rows(query)

    assert told == {"requested": 0, "refused": 1, "held": 0}
    assert "segment_missing" in activations.decided()[0]
    assert [(level, f'"{next(iter(where.values()))}"' in finding) for level, finding in findings] == [("warning", True)]


def test_consent_decides_also_when_it_is_withdrawn_while_the_rule_waits(activations):
    activations.rule(purpose="marketing", when={"event": "Cart Viewed", "wait": "1 hour"})
    for who in ("an", "binh", "chi"):
        activations.does(who)
    activations.work()
    for who, answer in (("an", True), ("binh", True)):
        activations.db.call("c360.set_consent", "acme", "user_id", who, "marketing", answer, "form")
    activations.db.call("c360.set_consent", "acme", "user_id", "binh", "marketing", False)

    assert activations.work(2) == {"requested": 1, "refused": 2, "held": 0}
    assert [told["profile_id"] for told in activations.told()] == [activations.id_of("an")]


def test_a_cap_counts_all_rules_of_a_channel_and_both_halves_of_a_merge(activations):
    cap = {"count": 2, "within": "7 days"}
    activations.rule("one", cap=cap)
    activations.rule("two", cap=cap)
    activations.rule("mail", cap=cap, channel="email")
    for who in ("an", "binh"):
        activations.does(who)
    assert activations.work(0)["requested"] == 6
    activations.db.call("c360.merge_profiles", "acme", activations.id_of("an"), activations.id_of("binh"), "same")
    resolve(activations.db)
    activations.does("an", hours=0.001)

    assert activations.work(1) == {"requested": 0, "refused": 3, "held": 0}
    activations.does("an", hours=0.002)
    assert activations.work(8 * 24 - 1)["requested"] == 0
    assert {"cap", "expired"} == {reason for reasons in activations.decided("one") for reason in reasons}


def test_once_per_is_of_the_rule(activations):
    activations.rule(once_per="30 days")
    activations.rule("other")
    activations.does("an")
    activations.work()
    activations.does("an", hours=0.001)

    assert activations.work(1) == {"requested": 1, "refused": 1, "held": 0}
    assert activations.decided() == [[], ["once_per"]]


@pytest.mark.parametrize(
    ("zone", "at", "ends"),
    [
        ("Asia/Ho_Chi_Minh", "2026-05-01T15:00:00Z", "2026-05-02T01:00:00Z"),
        ("Asia/Ho_Chi_Minh", "2026-05-01T13:59:00Z", None),
        ("Asia/Ho_Chi_Minh", "2026-05-02T01:00:00Z", None),
        # The night in which clocks go forward is an hour shorter, the one in which they go back an hour longer.
        ("Europe/Berlin", "2026-03-28T20:00:00Z", "2026-03-29T06:00:00Z"),
        ("Europe/Berlin", "2026-10-24T19:00:00Z", "2026-10-25T07:00:00Z"),
        ("America/New_York", "2026-11-01T05:30:00Z", "2026-11-01T13:00:00Z"),
        ("nowhere", "2026-05-01T22:00:00Z", "2026-05-02T08:00:00Z"),
        (None, "2026-05-01T07:59:00Z", "2026-05-01T08:00:00Z"),
    ],
)
def test_quiet_hours_are_those_of_the_clock_of_the_person(db, zone, at, ends):
    told = db.value("SELECT c360._night_ends_at(%s::timestamptz, '21:00', '08:00', %s, 'UTC')", at, zone)

    assert told == (None if ends is None else datetime.fromisoformat(ends).astimezone(UTC))


def test_in_the_night_of_the_person_it_waits_and_is_judged_again_in_the_morning(activations):
    hour = activations.now.hour
    quiet = {"from": f"{hour:02}:00", "to": f"{(hour + 2) % 24:02}:00"}
    activations.rule(quiet=quiet, purpose="marketing")
    for who in ("an", "binh"):
        activations.does(who, timezone="UTC")
    activations.does("chi", timezone="Etc/GMT-6")
    resolve(activations.db)
    for who in ("an", "binh", "chi"):
        activations.db.call("c360.set_consent", "acme", "user_id", who, "marketing", True, "form")

    assert activations.work() == {"requested": 1, "refused": 0, "held": 2}
    assert activations.told()[0]["profile_id"] == activations.id_of("chi")
    activations.db.call("c360.set_consent", "acme", "user_id", "binh", "marketing", False)

    assert activations.work(2.1) == {"requested": 1, "refused": 1, "held": 0}
    assert {told["profile_id"] for told in activations.told()} == {activations.id_of("an"), activations.id_of("chi")}


def test_what_would_expire_until_the_morning_is_refused_and_so_is_what_is_late(activations):
    hour = activations.now.hour
    activations.rule(quiet={"from": f"{hour:02}:00", "to": f"{(hour + 5) % 24:02}:00"}, expires_after="2 hours")
    activations.rule("late", expires_after="30 minutes")
    activations.does("an", hours=-0.7)
    activations.does("binh", hours=-0.1)

    assert activations.work() == {"requested": 1, "refused": 3, "held": 0}
    assert activations.decided() == [["quiet_hours"], ["quiet_hours"]]
    assert sorted(activations.decided("late")) == [[], ["expired"]]


def test_a_preview_says_whom_it_reaches_and_why_not_the_others_and_changes_nothing(activations):
    activations.rule(needs=["email"], purpose="marketing")
    for who, traits in (("an", {"email": "an@s.vn"}), ("binh", {"email": "binh@s.vn"}), ("chi", {})):
        activations.does(who, **traits)
    resolve(activations.db)
    activations.db.call("c360.set_consent", "acme", "user_id", "an", "marketing", True, "form")

    preview = activations.db.call("c360.preview_activation", "acme", "cart")

    assert (preview["considered"], preview["reached"]) == (3, 1)
    assert preview["reasons"] == {"no_consent": 2, "address_missing": 1}
    assert [entry["profile_id"] for entry in preview["sample"] if entry["is_reached"]] == [activations.id_of("an")]
    assert activations.told() == []

    why = activations.db.call("c360.explain_activation", "acme", "cart", "user_id", "chi")
    assert why["now"]["reasons"] == ["address_missing", "no_consent"]
    activations.work()
    why = activations.db.call("c360.explain_activation", "acme", "cart", "user_id", "an")
    assert [entry["is_requested"] for entry in why["decisions"]] == [True]


def test_pausing_removing_and_erasing_end_what_waits(activations):
    wait = {"event": "Cart Viewed", "wait": "1 hour"}
    for name in ("one", "two", "three"):
        activations.rule(name, when=wait)
    activations.does("an")
    activations.does("binh")
    activations.work()
    activations.db.call("c360.set_activation_rule", "acme", "one", RULE | {"when": wait}, p_status="paused")
    activations.db.call("c360.remove_activation_rule", "acme", "two")
    erased = activations.db.call("c360.erase_profile", "acme", "user_id", "binh", "case 7")

    assert erased["tables"]["cdp_activation_queue"] == 3
    assert activations.work(2) == {"requested": 1, "refused": 2, "held": 0}
    assert [activations.decided(name) for name in ("one", "two", "three")] == [
        [["rule_paused"]],
        [["rule_removed"]],
        [[]],
    ]


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ({"when": {}}, "U2520"),
        ({"when": {"event": "A", "merged": True}}, "U2520"),
        ({"when": {"event": "A", "wait": "soon"}}, "U2520"),
        ({"when": {"segment_entered": "a", "wait": "1 day"}}, "U2520"),
        ({"when": {"event": 5}}, "U2520"),
        ({"when": {"event": "A", "unless": "B"}}, "U2520"),
        ({"channel": "No Way"}, "U2520"),
        ({"purpose": "undeclared"}, "U2511"),
        ({"purpose": None}, "U2520"),
        ({"cap": {"count": 0, "within": "1 day"}}, "U2520"),
        ({"cap": {"count": 1, "within": "1 day", "x": 1}}, "U2520"),
        ({"quiet": {"from": "21:00", "to": "21:00"}}, "U2520"),
        ({"quiet": {"from": "9", "to": "21:00"}}, "U2520"),
        ({"once_per": "a while"}, "U2520"),
        ({"once_per": "8785 hours"}, "U2520"),
        ({"needs": ["no_such_attribute"]}, "U2520"),
        ({"attributes": "email"}, "U2520"),
        ({"colour": "red"}, "U2520"),
        ({"data": []}, "U2520"),
    ],
)
def test_a_rule_that_cannot_be_right_is_refused(activations, definition, code):
    with pytest.raises(psycopg.Error) as refused:
        activations.db.call("c360.set_activation_rule", "acme", "cart", RULE | definition)

    assert refused.value.sqlstate == code


def test_two_workers_at_once_keep_to_the_cap(connect, in_background):
    from activation.conftest import Activations

    alice, bob = connect(), connect()
    work = Activations(alice)
    for number in range(3):
        work.rule(f"rule{number}", cap={"count": 1, "within": "7 days"})
    for who in ("an", "binh"):
        work.does(who)
    resolve(alice)
    alice.call("c360.refresh_profiles", "acme")
    alice.commit()

    first = alice.call("c360.run_activations", "acme")
    second = in_background(bob.call, "c360.run_activations", "acme")
    assert second.result()["busy"] is True
    alice.commit()
    bob.commit()
    while bob.call("c360.run_activations", "acme")["has_more"]:
        bob.commit()

    assert first["requested"] == 2
    assert bob.value("SELECT count(*) FROM tenant_acme.cdp_activations WHERE is_requested") == 2
    assert bob.value("SELECT count(*) FROM tenant_acme.cdp_activations WHERE reasons = '{cap}'") == 4


def test_a_no_that_is_nobodys_yet_counts_when_a_rule_decides(activations, db):
    activations.rule("tell")
    activations.does("u1", phone="+84901234567")
    resolve(db)
    db.call("c360.refresh_profiles", "acme")
    context = {"consent": {"categoryPreferences": {"service": False}}, "traits": {"phone": "+84 901-234-567"}}
    ingest(db, track("Unsubscribed", "no-1", context=context, anonymousId="another-browser"))

    assert db.call("c360.run_activations", "acme")["refused"] == 1

    assert activations.decided("tell") == [["no_consent"]]
