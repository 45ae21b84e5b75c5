"""Consent: what persons say, what holds, and that nothing but their words decides."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from random import Random

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from support.events import codes, ingest, track
from support.observations import resolve

MORNING, NOON, EVENING = "2026-05-01T08:00:00Z", "2026-05-01T12:00:00Z", "2026-05-01T20:00:00Z"


def refused(db, function, *arguments, **named):
    with pytest.raises(psycopg.Error) as error, db.connection.transaction():
        db.call(function, *arguments, **named)
    return error.value.sqlstate


def profile_id(db, kind, value):
    return uuid.UUID(db.call("c360.profile", "acme", kind, value)["profile_id"])


def may_send(db, purpose, *ids):
    return set(db.value("SELECT c360._may_send('acme', %s, %s::uuid[])", purpose, list(ids)))


def test_who_said_nothing_has_the_default_of_the_purpose(shop, say, holds):
    say(shop, "u1", MORNING)

    assert holds(shop, "user_id", "u1", "marketing") == (False, "default")
    assert holds(shop, "user_id", "u1", "service") == (True, "default")


def test_an_event_grants_and_another_withdraws(shop, say, holds):
    say(shop, "u1", MORNING, marketing=True)
    assert holds(shop, "user_id", "u1", "marketing") == (True, "granted")

    say(shop, "u1", NOON, marketing=False, service=False)

    assert holds(shop, "user_id", "u1", "marketing") == (False, "denied")
    assert holds(shop, "user_id", "u1", "service") == (False, "denied")
    person = profile_id(shop, "user_id", "u1")
    assert may_send(shop, "marketing", person) == set()


def test_an_event_that_comes_late_or_twice_changes_nothing(shop, say, holds):
    say(shop, "u1", NOON, message_id="m1", marketing=False)
    say(shop, "u1", MORNING, message_id="m2", marketing=True)
    say(shop, "u1", NOON, message_id="m1", marketing=True)

    assert holds(shop, "user_id", "u1", "marketing") == (False, "denied")


def test_said_both_ways_at_the_same_time_is_a_no(shop, say, holds):
    say(shop, "u1", NOON, marketing=False)
    say(shop, "u1", NOON, marketing=True)

    assert holds(shop, "user_id", "u1", "marketing") == (False, "denied")


def test_nobody_can_say_yes_tomorrow(shop, say, holds):
    tomorrow = datetime.now(UTC) + timedelta(hours=20)
    say(shop, "u1", tomorrow.isoformat(), marketing=True)
    shop.call("c360.set_consent", "acme", "user_id", "u1", "marketing", False)

    assert holds(shop, "user_id", "u1", "marketing") == (False, "denied")


def test_a_purpose_nobody_declared_is_kept_seen_and_allows_nothing(shop, say):
    answer = say(shop, "u1", NOON, **{"C0004": True, "no purpose": True, "marketing": "perhaps"})

    assert codes(answer) == []
    listed = {row["purpose"]: row["is_declared"] for row in shop.call_rows("c360.list_consent_purposes", "acme")}
    assert listed == {"marketing": True, "service": True, "C0004": False}
    said = shop.call("c360.consents", "acme", "user_id", "u1")["purposes"]
    assert [(row["purpose"], row["state"], row["is_allowed"]) for row in said] == [
        ("C0004", "granted", False),
        ("marketing", "default", False),
        ("service", "default", True),
    ]
    person = profile_id(shop, "user_id", "u1")
    assert may_send(shop, "C0004", person) == set()
    assert refused(shop, "c360.consent_state", "acme", [person], "C0004") == "U2511"


def test_what_was_said_before_the_purpose_was_declared_counts_then(shop, say, holds):
    say(shop, "u1", NOON, newsletter=True)
    shop.call("c360.set_consent_purpose", "acme", "newsletter")

    assert holds(shop, "user_id", "u1", "newsletter") == (True, "granted")


def test_of_more_purposes_than_are_kept_no_objection_is_lost(shop, holds):
    preferences = {f"p{number:02}": number != 59 for number in range(60)}
    ingest(shop, track("A", userId="u1", context={"consent": {"categoryPreferences": preferences}}))
    resolve(shop)

    kept = shop.rows("SELECT purpose, is_granted FROM tenant_acme.cdp_consents ORDER BY purpose")
    assert (len(kept), kept[-1]) == (50, ("p59", False))


def test_rudderstack_lists_count_too(shop, holds):
    lists = {"allowedConsentIds": ["marketing", "service"], "deniedConsentIds": ["service"]}
    ingest(shop, track("Seen", userId="u1", context={"consentManagement": lists}))
    resolve(shop)

    assert holds(shop, "user_id", "u1", "marketing") == (True, "granted")
    assert holds(shop, "user_id", "u1", "service") == (False, "denied")


def test_a_no_stays_in_force_when_records_become_one_person_and_goes_with_them_when_they_part(shop, say, holds):
    say(shop, "u1", NOON, marketing=True, traits={"email": "an@shop.vn"})
    say(shop, "u2", MORNING, marketing=False)
    one, other = profile_id(shop, "user_id", "u1"), profile_id(shop, "user_id", "u2")
    assert may_send(shop, "marketing", one, other) == {one}

    shop.call("c360.merge_profiles", "acme", one, other, "same person")
    resolve(shop)

    assert holds(shop, "email", "an@shop.vn", "marketing") == (False, "denied")
    # Whichever id a message was born with.
    assert may_send(shop, "marketing", one, other) == set()

    raws = shop.column("SELECT raw_profile_id FROM tenant_acme.cdp_raw_profiles WHERE identifiers ->> 'user_id' = 'u2'")
    shop.call("c360.split_profile", "acme", profile_id(shop, "user_id", "u1"), raws, p_reason="two people")
    resolve(shop)

    assert holds(shop, "user_id", "u1", "marketing") == (True, "granted")
    assert holds(shop, "user_id", "u2", "marketing") == (False, "denied")


def test_the_same_account_takes_its_no_back_also_from_another_device(shop, say, holds):
    say(shop, "u1", MORNING, cookie="c1", marketing=False)
    say(shop, "u1", NOON, cookie="c2", marketing=True, traits={"firstName": "An"})

    assert holds(shop, "user_id", "u1", "marketing") == (True, "granted")


def test_who_logs_in_takes_back_what_the_visitor_said_and_a_visitor_not_what_the_account_said(shop, say, holds):
    say(shop, None, MORNING, cookie="c1", marketing=False)
    say(shop, "u1", NOON, cookie="c1", marketing=True)
    assert holds(shop, "user_id", "u1", "marketing") == (True, "granted")

    say(shop, "u1", "2026-05-01T13:00:00Z", cookie="c1", marketing=False)
    say(shop, None, EVENING, cookie="c1", marketing=True)

    assert holds(shop, "user_id", "u1", "marketing") == (False, "denied")


def test_a_yes_that_is_set_needs_a_proof_and_holds_for_the_whole_person(shop, say, holds):
    say(shop, "u1", MORNING, marketing=False, traits={"email": "an@shop.vn"})
    say(shop, "u2", MORNING, marketing=False, traits={"email": "an@shop.vn"})
    shop.call(
        "c360.merge_profiles",
        "acme",
        profile_id(shop, "user_id", "u1"),
        profile_id(shop, "user_id", "u2"),
        "same",
    )
    resolve(shop)
    assert refused(shop, "c360.set_consent", "acme", "user_id", "u1", "marketing", True) == "U2512"

    tried = shop.call("c360.set_consent", "acme", "user_id", "u1", "marketing", True, "form 12", p_dry_run=True)
    assert (tried["before"]["state"], tried["after"]["state"]) == ("denied", "granted")
    assert holds(shop, "user_id", "u2", "marketing") == (False, "denied")

    shop.call("c360.set_consent", "acme", "user_id", "u1", "marketing", True, "form 12")

    assert holds(shop, "user_id", "u2", "marketing") == (True, "granted")
    # A no that was said before and comes late is taken back as well.
    say(shop, "u2", NOON, marketing=False)
    assert holds(shop, "user_id", "u2", "marketing") == (True, "granted")


def test_what_cannot_be_right_is_refused(shop, say):
    say(shop, "u1", NOON)
    set_it = ("c360.set_consent", "acme", "user_id", "u1")

    assert refused(shop, *set_it, "unknown", False) == "U2511"
    assert refused(shop, *set_it, "marketing", None) == "U2512"
    assert refused(shop, *set_it, "marketing", True, "x" * 1001) == "U2512"
    assert refused(shop, *set_it, "marketing", False, p_said_at=datetime(2100, 1, 1, tzinfo=UTC)) == "U2512"
    assert refused(shop, "c360.set_consent", "acme", "user_id", "nobody", "marketing", False) == "U2404"
    for purpose, given_settings in [
        ("new", {"basis": "whim"}),
        ("new", {"basis": "consent", "allows_by_default": True}),
        ("no name", {}),
        ("new", {"colour": "red"}),
        ("new", {"allows_by_default": "x"}),
        ("new", None),
    ]:
        assert refused(shop, "c360.set_consent_purpose", "acme", purpose, given_settings) == "U2510"
    assert shop.call("c360.set_consent_purpose", "acme", "new", {}, True) is True
    assert shop.call("c360.set_consent_purpose", "acme", "new", {}, True) is True
    assert shop.call("c360.remove_consent_purpose", "acme", "new") is False


def test_the_history_says_when_where_and_on_which_basis_and_only_admins_see_the_proof(shop, say):
    for number in range(3):
        say(shop, "u1", NOON, message_id=f"m{number}", marketing=True, proof="box ticked, 203.0.113.0")
    shop.call("c360.set_consent", "acme", "user_id", "u1", "marketing", False, "call 9")

    history = shop.call("c360.consents", "acme", "user_id", "u1")["history"]
    told = [(row["is_granted"], row["method"], row["basis"], row["text_version"], row["said_count"]) for row in history]
    assert told == [(False, "set", "consent", "2026-01", 1), (True, "event", "consent", "2026-01", 3)]
    assert [row["has_proof"] for row in history] == [True, True]
    assert "203.0.113.0" not in str(history)
    proofs = shop.call_rows("c360.consent_proofs", "acme", "user_id", "u1")
    assert [row["proof"] for row in proofs] == ["call 9", "box ticked, 203.0.113.0"]
    assert proofs[0]["actor"] != ""


def test_a_reader_asks_what_holds_and_reads_neither_the_table_nor_the_proof(shop, say):
    say(shop, "u1", NOON, marketing=True, proof="p")
    person = profile_id(shop, "user_id", "u1")
    shop.execute("GRANT c360_acme_reader TO dba")
    shop.execute("SET LOCAL ROLE c360_acme_reader")

    (state,) = shop.records("SELECT * FROM tenant_acme.consent_state(%s, 'marketing')", [person])
    assert (state["is_allowed"], state["state"]) == (True, "granted")
    assert shop.value("SELECT state FROM tenant_acme.cdp_consent_state") == "granted"
    for query in (
        "SELECT count(*) FROM tenant_acme.cdp_consents",
        "SELECT count(*) FROM tenant_acme.consent_proofs('user_id', 'u1')",
        "SELECT tenant_acme.set_consent('user_id', 'u1', 'marketing', false)",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), shop.connection.transaction():
            shop.value(query)


def test_an_erased_person_leaves_no_consent_behind(shop, say):
    say(shop, "u1", NOON, marketing=False, proof="p")
    gone = profile_id(shop, "user_id", "u1")
    answer = shop.call("c360.erase_profile", "acme", "user_id", "u1", "case 7")

    assert answer["tables"]["cdp_consents"] == 1
    assert shop.value("SELECT count(*) FROM tenant_acme.cdp_consent_marks") == 0
    (state,) = shop.call_rows("c360.consent_state", "acme", [gone], "service")
    assert (state["is_allowed"], state["state"]) == (False, "unknown")


def test_retention_removes_what_was_replaced_and_what_holds_stays(shop, say, holds):
    say(shop, "u1", "2026-03-01T08:00:00Z", marketing=True)
    say(shop, "u1", "2026-03-02T08:00:00Z", marketing=False)
    shop.call("c360.set_retention", "acme", "consents", "1 day")
    for dry_run, left in ((True, 2), (False, 1)):
        shop.call("c360.apply_retention", "acme", p_dry_run=dry_run)
        assert shop.value("SELECT count(*) FROM tenant_acme.cdp_consents") == left

    assert holds(shop, "user_id", "u1", "marketing") == (False, "denied")


USERS = st.sampled_from([None, "u1", "u2", "u3"])
COOKIES = st.sampled_from([None, "c1", "c2"])
STATEMENT = st.tuples(USERS, COOKIES, st.booleans(), st.integers(0, 6)).filter(lambda said: said[0] or said[1])


def expected(statements, people):
    """By the definition: a no holds until the record that said it says yes later."""
    told = {}
    for person in people:
        said = [one for one in statements if (one[0], one[1]) in person]
        if not said:
            continue
        objections = [
            one
            for one in said
            if not one[2]
            and not any(other[2] and other[3] > one[3] and (one[0] or one[1]) in (other[0], other[1]) for other in said)
        ]
        told[frozenset(person)] = "denied" if objections else "granted"
    return told


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    statements=st.lists(STATEMENT, min_size=1, max_size=10),
    order=st.randoms(use_true_random=False),
    joins=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=2),
)
@example(
    statements=[("u1", "c1", False, 0), ("u1", "c2", True, 1), (None, "c1", True, 2)],
    order=Random(1),
    joins=[(0, 1)],
)
def test_whatever_the_order_what_holds_follows_from_the_statements_and_the_persons(shop, statements, order, joins):
    shop.execute("SAVEPOINT example")
    results = []
    for _ in range(2):
        shop.execute("SAVEPOINT round")
        events = [
            track(
                "Seen",
                f"m{number}",
                timestamp=f"2026-05-01T1{hour}:00:00Z",
                context={"consent": {"categoryPreferences": {"marketing": is_granted}}},
                **{key: value for key, value in (("userId", user), ("anonymousId", cookie)) if value},
            )
            | ({} if cookie else {"anonymousId": None})
            for number, (user, cookie, is_granted, hour) in enumerate(statements)
        ]
        events += events[:2]
        order.shuffle(events)
        while events:
            cut = order.randint(1, len(events))
            ingest(shop, *events[:cut])
            events = events[cut:]
            if order.random() < 0.5:
                resolve(shop)
        resolve(shop)
        ids = sorted(shop.column("SELECT min(raw_profile_id) FROM tenant_acme.cdp_raw_profiles GROUP BY identifiers"))
        keys = {
            raw: (user, cookie)
            for raw, user, cookie in shop.rows(
                "SELECT raw_profile_id, identifiers ->> 'user_id', identifiers ->> 'anonymous_id'"
                " FROM tenant_acme.cdp_raw_profiles"
            )
        }
        by_key = sorted(ids, key=lambda raw: str(keys[raw]))
        for one, other in joins:
            sides = by_key[one % len(by_key)], by_key[other % len(by_key)]
            if sides[0] != sides[1]:
                shop.call("c360.set_link_override", "acme", "must_link", [sides[0]], [sides[1]], "test")
        resolve(shop)
        people = {}
        for raw, master in shop.rows("SELECT raw_profile_id, master_profile_id FROM tenant_acme.cdp_profile_links"):
            people.setdefault(master, set()).add(keys[raw])
        states = dict(shop.rows("SELECT master_profile_id, state FROM tenant_acme.cdp_consent_state"))
        told = {frozenset(people[master]): state for master, state in states.items()}
        assert told == expected(statements, people.values())
        results.append(told)
        shop.execute("ROLLBACK TO SAVEPOINT round")
    assert results[0] == results[1]
    shop.execute("ROLLBACK TO SAVEPOINT example")


def test_two_sessions_at_once_keep_both_statements(connect, in_background, wait_until_blocked, say, holds):
    alice, bob = connect(), connect()
    alice.call("c360.set_consent_purpose", "acme", "marketing")
    say(alice, "u1", "2026-04-01T08:00:00Z", marketing=True)
    alice.commit()

    ingest(
        alice,
        track(
            "Seen",
            "a",
            userId="u1",
            timestamp=NOON,
            anonymousId=None,
            context={"consent": {"categoryPreferences": {"marketing": False}}},
        ),
    )
    waiting = in_background(
        ingest,
        bob,
        track(
            "Seen",
            "b",
            userId="u1",
            timestamp=MORNING,
            anonymousId=None,
            context={"consent": {"categoryPreferences": {"marketing": True}}},
        ),
    )
    wait_until_blocked(bob)
    alice.commit()
    waiting.result()
    bob.commit()
    resolve(alice)

    assert holds(alice, "user_id", "u1", "marketing") == (False, "denied")
    history = alice.call("c360.consents", "acme", "user_id", "u1")["history"]
    assert [row["is_granted"] for row in history] == [False, True, True]
