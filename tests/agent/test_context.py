"""What one call tells an agent, what it does not, and what it must not do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.governance.tenants import as_owner
from support.events import ingest, track

MEMBERS = {
    "profile_id",
    "as_of",
    "purpose",
    "is_allowed",
    "consents",
    "do_not",
    "profile",
    "masked",
    "computed_traits",
    "scores",
    "segments",
    "last_events",
    "next_best_action",
    "no_action_because",
}
OF_THE_PERSON = MEMBERS - {"profile_id", "as_of", "purpose", "is_allowed", "consents", "do_not"}


def refusal(function, *arguments, **named):
    with pytest.raises(psycopg.Error) as refused:
        function(*arguments, **named)
    return refused.value


def test_one_call_tells_who_the_person_is_what_they_did_and_what_they_allow(an, told):
    an.segment("hue", "city = 'Hue'")
    answer = told("an")

    assert answer.keys() == MEMBERS
    assert answer["profile_id"] == an.id_of("an")
    assert answer["purpose"] == {
        "purpose": "service",
        "title": "",
        "basis": "legitimate_interests",
        "channels": [],
    }
    assert (answer["profile"]["first_name"], answer["profile"]["email"]) == ("An", "an@shop.vn")
    assert [entry["segment"] for entry in answer["segments"]] == ["hue"]
    assert [entry["event"] for entry in answer["last_events"]] == ["Cart Viewed"]
    assert [(entry["purpose"], entry["is_allowed"], entry["state"]) for entry in answer["consents"]] == [
        ("marketing", False, "default"),
        ("service", True, "default"),
    ]
    assert (answer["do_not"], answer["next_best_action"], answer["no_action_because"]) == ([], None, [])
    times = [answer["as_of"], answer["last_events"][0]["occurred_at"], answer["segments"][0]["entered_at"]]
    assert all(datetime.fromisoformat(time).utcoffset() == timedelta(0) for time in times)


def test_times_are_utc_whatever_the_session_says(an, told):
    an.db.execute("SET LOCAL timezone = 'Asia/Ho_Chi_Minh'")
    answer = told("an")

    assert answer["as_of"].endswith("+00:00")
    assert answer["profile"]["first_seen_at"].endswith("+00:00")


def test_identifiers_that_nobody_is_reached_by_are_not_told(an, told):
    an.does("an", "Seen", nationalId="079188001234", loyaltyId="GOLD1")
    an.work()
    text = json.dumps(told("an"))

    assert "079188001234" not in text
    assert "GOLD1" not in text
    assert told("an")["profile"].keys().isdisjoint({"user_id", "anonymous_ids", "national_ids", "loyalty_id"})


def test_a_score_comes_with_its_main_parts(an, told):
    an.db.call("c360.set_lead", "acme", {"Cart": {"event": "Cart Viewed", "points": 20, "within_days": 30}})
    an.does("an", "Order Completed", hours=-0.5)
    an.work()

    scores = {score["score"]: score for score in told("an")["scores"]}

    assert scores["lead"]["value"] == 20
    assert scores["lead"]["parts"][0]["points"] == 20
    assert "Cart Viewed" in scores["lead"]["parts"][0]["words"]
    assert scores["engagement"]["value"] == pytest.approx(2, abs=0.1)


def test_who_has_too_many_reasons_hears_the_largest_five(an, told):
    for number in range(8):
        for _ in range(number + 1):
            an.does("an", f"Event {number}", hours=-0.1)
    an.work()

    [parts] = [score["parts"] for score in told("an")["scores"] if score["score"] == "engagement"]

    assert [part["part"] for part in parts] == [f"Event {number}" for number in (7, 6, 5, 4, 3)]


def test_what_is_masked_is_gone_and_only_named(an, told, mask):
    mask("email", "city")
    answer = told("an")

    assert answer["masked"] == ["city", "email"]
    assert answer["profile"].keys().isdisjoint({"email", "city"})
    assert "Hue" not in json.dumps(answer)
    assert "shop.vn" not in json.dumps(answer)


def test_a_segment_that_tells_something_masked_is_gone_with_the_rules_that_look_at_it(an, told, mask):
    an.segment("hue", "city = 'Hue'")
    an.segment("seen", "first_name = 'An'")
    an.rule("hue_offer", when={"segment_entered": "hue"})
    an.rule("not_hue", not_in_segment="hue")
    an.rule("seen_offer", when={"segment_entered": "seen"})
    an.work()
    mask("city")
    answer = told("an")

    assert [entry["segment"] for entry in answer["segments"]] == ["seen"]
    assert "hue" not in json.dumps(answer).lower()


def test_a_score_that_tells_something_masked_is_gone(an, told, mask):
    assert "engagement" in [score["score"] for score in told("an")["scores"]]
    mask("event_summary")

    assert "engagement" not in [score["score"] for score in told("an")["scores"]]


def test_of_events_only_shown_properties_are_told_that_are_no_free_text(an, told):
    an.db.call(
        "c360.apply_metadata",
        {"tenant": "acme", "shown_properties": ["total", "currency", "level", "note", "gift", "nested", "deep.size"]},
    )
    schema = {"properties": {"level": {"enum": ["gold", "silver"]}}}
    an.db.call("c360.set_event_schema", "acme", "Bought", schema)
    sent = {
        "total": 120000,
        "currency": "VND",
        "level": "gold",
        "note": "call me",
        "gift": True,
        "nested": {"words": 1, "more": "words"},
        "deep": {"size": 4, "word": "words"},
        "hidden": 7,
    }
    ingest(an.db, track("Bought", "b1", userId="an", properties=sent, anonymousId=None))
    ingest(an.db, track("Bought", "b2", userId="an", properties=sent | {"level": "platinum"}, anonymousId=None))
    an.work()

    bought = [entry["properties"] for entry in told("an")["last_events"] if entry["event"] == "Bought"]

    assert {"total": 120000, "currency": "VND", "level": "gold", "gift": True, "deep": {"size": 4}} in bought
    assert {"total": 120000, "currency": "VND", "gift": True, "deep": {"size": 4}} in bought


def test_the_last_events_are_as_many_as_asked_for(an, told):
    for number in range(4):
        an.does("an", f"Event {number}", hours=-0.5 + number / 10)
    an.work()

    assert [entry["event"] for entry in told("an", events=2)["last_events"]] == ["Event 3", "Event 2"]
    assert told("an", events=0)["last_events"] == []
    assert refusal(told, "an", events=51).sqlstate == "U4426"


def test_long_values_are_cut(an, told):
    an.does("an", "Seen", occupation="x" * 5000, interests=[f"i{number}" for number in range(50)])
    an.work()
    profile = told("an")["profile"]

    assert len(profile["occupation"]) == 201
    assert len(profile["interests"]) == 20


MARKER = st.text(alphabet="QZXJKW", min_size=8, max_size=12)
PLACES = ("property", "shown text", "shown list", "member name", "context", "unknown trait", "masked", "page title")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(PLACES), MARKER, min_size=3))
def test_no_free_text_and_nothing_masked_is_ever_told(db, an, told, mask, markers):
    with db.connection.transaction(force_rollback=True):
        db.call("c360.apply_metadata", {"tenant": "acme", "shown_properties": ["note", "items", "total"]})
        mask("city", "last_name")
        mark = markers.get
        event = track(
            "Seen",
            userId="an",
            anonymousId=None,
            properties={
                "total": 5,
                "text": mark("property", ""),
                "note": mark("shown text", ""),
                "items": [mark("shown list", ""), {mark("member name", "x"): 1}],
            },
            context={
                "traits": {
                    "city": mark("masked", ""),
                    "lastName": mark("masked", ""),
                    "zzz": mark("unknown trait", ""),
                },
                "page": {"title": mark("page title", "")},
                "free": mark("context", ""),
            },
        )
        assert not ingest(db, event)["rejected"]
        an.rule(data={"template": "cart"}, attributes=["first_name"])
        an.work()
        answer = json.dumps(told("an", events=50))

        assert '"total": 5' in answer
        assert not [marker for marker in markers.values() if marker.lower() in answer.lower()]


def test_without_consent_an_agent_learns_what_is_allowed_and_nothing_of_the_person(an, told):
    an.rule(purpose="marketing")
    answer = told("an", "marketing")

    assert answer["is_allowed"] is False
    assert {name for name in MEMBERS if answer[name] is None} == OF_THE_PERSON
    assert answer["do_not"] == [{"what": "use", "channel": None, "reason": "no_consent", "until": None}]
    assert [entry["purpose"] for entry in answer["consents"]] == ["marketing", "service"]
    assert "shop.vn" not in json.dumps(answer)


def test_consent_that_is_given_opens_and_taken_back_closes(an, told):
    an.db.call("c360.set_consent", "acme", "user_id", "an", "marketing", True, "form 1")
    assert told("an", "marketing")["profile"]["first_name"] == "An"

    an.db.call("c360.set_consent", "acme", "user_id", "an", "marketing", False)
    assert told("an", "marketing")["profile"] is None


def test_purposes_that_nobody_declared_are_refused_and_never_told(an, told):
    ingest(
        an.db,
        track("Seen", userId="an", context={"consent": {"categoryPreferences": {"ignore-all-rules": True}}}),
    )
    an.work()
    refused = refusal(lambda: an.db.call("c360.agent_context", "acme", "user_id", "an", "ignore-all-rules"))

    assert (refused.sqlstate, bool(refused.diag.message_hint)) == ("U2511", True)


def test_undeclared_purposes_are_not_among_the_consents(an, told):
    ingest(
        an.db,
        track("Seen", userId="an", anonymousId=None, context={"consent": {"categoryPreferences": {"sneaky": True}}}),
    )
    an.work()

    assert [entry["purpose"] for entry in told("an")["consents"]] == ["marketing", "service"]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (("user_id", "nobody", "service"), "U2404"),
        (("shoe_size", "42", "service"), "U2405"),
        (("user_id", "an", None), "U2511"),
        (("user_id", "an", "service", "No Channel!"), "U1012"),
        (("user_id", "an", "service", None, -1), "U4426"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_hint_and_leaves_no_line(an, question, code):
    with an.db.connection.transaction(force_rollback=True):
        refused = refusal(an.db.call, "c360.agent_context", "acme", *question)

    assert (refused.sqlstate, bool(refused.diag.message_hint)) == (code, True)
    assert an.db.value("SELECT count(*) FROM tenant_acme.cdp_agent_calls") == 0


def test_nobody_is_guessed_where_several_people_hold_a_value(db, an, told):
    for who in ("binh", "chi"):
        an.does(who, "Seen", email="both@shop.vn")
    an.work()
    assert db.call("c360.profile", "acme", "email", "both@shop.vn")["candidates"] == 2

    assert refusal(db.call, "c360.agent_context", "acme", "email", "both@shop.vn", "service").sqlstate == "U2502"


def test_the_next_best_action_is_what_a_rule_would_do_now_and_with_what(an, told):
    an.rule(
        "offer",
        when={"segment_entered": "hue"},
        data={"template": "hello"},
        attributes=["first_name", "email"],
        needs=["email"],
    )
    an.segment("hue", "city = 'Hue'")
    answer = told("an")
    action = answer["next_best_action"]

    assert (action["rule"], action["channel"], action["data"]) == ("offer", "zalo", {"template": "hello"})
    assert action["attributes"] == {"first_name": "An", "email": "an@shop.vn"}
    assert action["not_before"] == answer["as_of"] < action["expires_at"]
    assert answer["no_action_because"] == []


def test_what_a_rule_hands_on_is_not_told_once_it_is_masked(an, told, mask):
    an.rule("offer", when={"segment_entered": "hue"}, attributes=["first_name", "email"])
    an.segment("hue", "city = 'Hue'")
    mask("email")

    assert told("an")["next_best_action"]["attributes"] == {"first_name": "An"}


def test_a_rule_that_waits_says_when_and_what_ends_the_wait_why_not(an, told):
    an.rule(when={"event": "Cart Viewed", "wait": "1 hour", "unless": ["Order Completed"]})
    an.does("an", hours=-0.5)
    an.work()
    answer = told("an")
    in_minutes = datetime.fromisoformat(answer["next_best_action"]["not_before"]) - datetime.fromisoformat(
        answer["as_of"]
    )
    assert in_minutes == timedelta(minutes=30)

    an.does("an", "Order Completed", hours=-0.1)
    an.work()
    answer = told("an")
    assert answer["next_best_action"] is None
    assert answer["no_action_because"] == [{"rule": "cart", "channel": "zalo", "reasons": ["meanwhile"]}]


def test_where_no_rule_would_contact_the_reasons_are_told(an, told):
    an.rule("done")
    an.does("an", hours=0)
    an.work()
    an.rule("never", when={"event": "Never"})
    an.rule("address", when={"segment_entered": "hue"}, needs=["address_line1"])
    an.rule("paused")
    an.segment("hue", "city = 'Hue'")
    with as_owner(an.db.connection):
        an.db.execute("UPDATE c360.activation_rules SET status = 'paused' WHERE rule = 'paused'")
    reasons = {entry["rule"]: entry["reasons"] for entry in told("an")["no_action_because"]}

    assert reasons == {"done": ["contacted"], "never": ["not_set_off"], "address": ["address_missing"]}


def test_what_happened_too_long_ago_is_expired(an, told):
    an.rule(expires_after="30 minutes")

    assert told("an")["no_action_because"][0]["reasons"] == ["expired"]


def test_quiet_hours_say_until_when(an, told):
    local = datetime.now(UTC)
    start, end = (local + timedelta(hours=hours) for hours in (-1, 2))
    an.does("an", "Seen", timeZone="UTC")
    an.work()
    an.segment("hue", "city = 'Hue'")
    an.rule(when={"segment_entered": "hue"}, quiet={"from": f"{start:%H:%M}", "to": f"{end:%H:%M}"})
    until = end.replace(second=0, microsecond=0)
    answer = told("an")

    [limit] = answer["do_not"]
    assert (limit["what"], limit["channel"], limit["reason"]) == ("contact", "zalo", "quiet_hours")
    assert datetime.fromisoformat(limit["until"]) == until
    assert datetime.fromisoformat(answer["next_best_action"]["not_before"]) == until


def test_a_contact_that_would_expire_in_the_night_is_none(an, told):
    local = datetime.now(UTC)
    start, end = (local + timedelta(hours=hours) for hours in (-1, 2))
    an.does("an", "Seen", timeZone="UTC")
    an.work()
    an.segment("hue", "city = 'Hue'")
    quiet = {"from": f"{start:%H:%M}", "to": f"{end:%H:%M}"}
    an.rule(when={"segment_entered": "hue"}, quiet=quiet, expires_after="10 minutes")

    assert told("an")["no_action_because"][0]["reasons"] == ["quiet_hours"]


def test_a_cap_that_is_reached_is_said_for_the_channel(an, told):
    an.rule(cap={"count": 1, "within": "7 days"})
    an.rule("mail", channel="email", when={"event": "Never"})
    an.does("an", hours=0)
    an.work()

    assert told("an")["do_not"] == [{"what": "contact", "channel": "zalo", "reason": "cap", "until": None}]
    assert told("an", channel="email")["do_not"] == []


def test_a_channel_that_the_purpose_is_not_for_is_not_to_be_used(an, told):
    an.segment("hue", "city = 'Hue'")
    an.rule(when={"segment_entered": "hue"})
    an.db.call(
        "c360.set_consent_purpose",
        "acme",
        "service",
        {"basis": "legitimate_interests", "allows_by_default": True, "channels": ["email"]},
    )
    foreign = {"what": "contact", "channel": "sms", "reason": "channel_not_of_purpose", "until": None}

    assert told("an", channel="sms")["do_not"] == [foreign]
    assert told("an")["do_not"] == [foreign | {"channel": "zalo"}]
    assert told("an")["no_action_because"][0]["reasons"] == ["channel_not_of_purpose"]


def test_a_channel_narrows_the_rules(an, told):
    an.segment("hue", "city = 'Hue'")
    an.rule("one", when={"segment_entered": "hue"})
    an.rule("two", when={"segment_entered": "hue"}, channel="email")

    assert told("an", channel="email")["next_best_action"]["rule"] == "two"
    assert told("an", channel="sms")["next_best_action"] is None


def test_after_a_merge_the_answer_is_about_both_and_after_a_split_about_each(an, told):
    db = an.db
    an.does("binh", "Seen", firstName="Binh")
    an.work()
    first, second = an.id_of("an"), an.id_of("binh")
    raws = db.column("SELECT raw_profile_id FROM tenant_acme.cdp_raw_profiles WHERE identifiers ->> 'user_id' = 'binh'")
    db.call("c360.merge_profiles", "acme", first, second, "same")
    an.work()
    answer = db.call("c360.agent_context", "acme", "profile_id", second, "service")
    assert answer["profile_id"] == told("binh")["profile_id"] == first
    assert {entry["event"] for entry in answer["last_events"]} == {"Cart Viewed", "Seen"}

    consent = {"consent": {"categoryPreferences": {"service": False}}}
    ingest(db, track("Seen", "no", userId="binh", anonymousId=None, context=consent))
    an.work()
    assert told("an")["is_allowed"] is told("binh")["is_allowed"] is False

    db.call("c360.split_profile", "acme", first, raws, p_reason="two people")
    an.work()
    assert [entry["event"] for entry in told("an")["last_events"]] == ["Cart Viewed"]
    assert told("binh")["profile_id"] != first
    assert told("binh")["is_allowed"] is False


def test_an_erased_person_is_unknown_and_so_are_the_calls_about_them(an, told):
    told("an")
    told("an", "marketing")
    erased = an.db.call("c360.erase_profile", "acme", "user_id", "an", "case 7")

    assert erased["tables"]["cdp_agent_calls"] == 2
    assert an.db.value("SELECT count(*) FROM tenant_acme.cdp_agent_calls") == 0
    assert refusal(told, "an").sqlstate == "U2404"


def test_a_suspended_tenant_tells_agents_nothing(an, told):
    with as_owner(an.db.connection):
        an.db.call("c360.suspend_tenant", "acme")

    assert refusal(told, "an").sqlstate == "U4423"


def test_scores_beyond_a_line_and_silences_count_as_they_stand(an, told, mask):
    an.rule("engaged", when={"score_crossed": {"score": "engagement", "above": 0.5}})
    an.rule("silent", when={"no_event": {"event": "Cart Viewed", "days": 30}})
    answer = told("an")
    assert answer["next_best_action"]["rule"] == "engaged"

    an.rule("engaged", when={"score_crossed": {"score": "engagement", "above": 500}})
    reasons = {entry["rule"]: entry["reasons"] for entry in told("an")["no_action_because"]}
    assert reasons == {"engaged": ["score_back"], "silent": ["not_silent"]}

    mask("event_summary")
    assert [entry["rule"] for entry in told("an")["no_action_because"]] == ["silent"]


def test_a_no_counts_before_it_is_known_whose_it_is(an, told):
    consent = {"consent": {"categoryPreferences": {"service": False}}}
    ingest(an.db, track("Seen", userId="an", anonymousId="new", context=consent))

    assert told("an")["is_allowed"] is False


@pytest.mark.parametrize("member", ["identifierType", "purpose", "events"])
def test_what_is_refused_is_not_said_back_at_length(db, an, member):
    body = {"identifierType": "user_id", "value": "an", "purpose": "service"} | {member: "9" * 100_000}

    with pytest.raises(psycopg.Error) as refused:
        db.row("SELECT c360.agent_context_body('acme', %s)", json.dumps(body))

    assert len(refused.value.diag.message_primary) < 300
