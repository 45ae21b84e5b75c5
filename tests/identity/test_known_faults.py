"""Faults that systems of this kind are known for: none of them may exist here. Each test carries the name of its fault.

"Rows are marked as notified before delivery" needs a relay and a receiver: tests/relay/test_faults.py kills the relay
between the answer and the acknowledgement, and with fifty messages in flight.
"""

from itertools import permutations

import pytest

from support.events import identify, ingest, page, track
from support.observations import messages, observe, partition, resolve


def profile(db, kind, value):
    return db.call("c360.profile", "acme", kind, value)


def people(db):
    return db.value("SELECT count(*) FROM tenant_acme.cdp_master_profiles WHERE status = 'active'")


def test_fault_anonymous_history_is_not_attached_when_the_visitor_identifies(db):
    ingest(db, page("m1", anonymousId="k1"), track("Product Viewed", "m2", anonymousId="k1"))
    resolve(db)

    ingest(db, identify("u1", "m3", email="an@shop.vn") | {"anonymousId": "k1"})
    resolve(db)

    known = profile(db, "user_id", "u1")
    assert known["event_summary"] == {"page": 1, "Product Viewed": 1, "identify": 1}
    assert {event["message_id"] for event in known["last_events"]} == {"m1", "m2", "m3"}
    assert profile(db, "anonymous_id", "k1")["profile_id"] == known["profile_id"]


def test_fault_bridging_records_do_not_merge(db):
    ingest(db, identify("u1", "m1"), source="web")
    ingest(
        db,
        {"type": "identify", "anonymousId": "k9", "messageId": "m2", "traits": {"email": "an@shop.vn"}},
        source="pos",
    )
    resolve(db)
    ids = [profile(db, "user_id", "u1")["profile_id"], profile(db, "email", "an@shop.vn")["profile_id"]]

    ingest(db, identify("u1", "m3", email="an@shop.vn"), source="crm")
    resolve(db)

    answers = [profile(db, "profile_id", profile_id) for profile_id in ids]
    assert ids[0] != ids[1]
    assert answers[0]["profile_id"] == answers[1]["profile_id"]
    assert answers[0]["profile_id"] in ids
    merged = [message for message in messages(db) if message["type"] == "profile.merged"]
    assert [{message["data"]["survivor_id"], message["data"]["absorbed_id"]} for message in merged] == [set(ids)]


def test_fault_the_same_email_in_two_cases_makes_two_people(db):
    ingest(db, identify("u1", "m1", email="An.Nguyen@Shop.VN"))
    ingest(db, {"type": "identify", "anonymousId": "k1", "messageId": "m2", "traits": {"email": " an.nguyen@shop.vn"}})
    resolve(db)

    assert people(db) == 1
    assert profile(db, "email", "AN.NGUYEN@SHOP.VN")["email"] == "an.nguyen@shop.vn"


def test_fault_a_page_view_without_traits_erases_email_and_name(db):
    ingest(db, identify("u1", "m1", email="an@shop.vn", firstName="An"))
    resolve(db)

    ingest(db, page("m2", userId="u1"), identify("u1", "m3", firstName=None, email=""))
    resolve(db)

    known = profile(db, "user_id", "u1")
    assert (known["email"], known["first_name"]) == ("an@shop.vn", "An")


def test_fault_any_match_wins_in_arbitrary_order(db):
    """One record that matches two golden records by different identifiers: all orders give the same persons."""
    records = [
        {"user_id": "u1", "anonymous_id": "k1"},
        {"user_id": "u2", "email": "an@shop.vn"},
        {"anonymous_id": "k1", "email": "an@shop.vn"},
    ]
    outcomes = set()
    for order in permutations(range(3)):
        db.execute("SAVEPOINT example")
        number = {}
        for index in order:
            number[observe(db, **records[index])] = index
            resolve(db)
        outcomes.add(frozenset(frozenset(number[raw] for raw in person) for person in partition(db)))
        db.execute("ROLLBACK TO SAVEPOINT example")

    assert len(outcomes) == 1


def test_fault_two_workers_take_each_others_rows(connect):
    first, second = connect(), connect()
    raws = [observe(first, user_id=f"u{number}") for number in range(20)]
    first.commit()

    taken = first.call("c360.resolve_identities", "acme", 10)
    other = second.call("c360.resolve_identities", "acme", 10)
    first.commit()
    second.commit()
    rest = second.call("c360.resolve_identities", "acme", 100)

    assert (taken["claimed"], other["claimed"], rest["claimed"]) == (10, 0, 10)
    assert other["busy"] is True
    assert partition(second) == {frozenset({raw}) for raw in raws}


def test_fault_a_failing_record_blocks_its_batch_for_ever(db):
    raws = [observe(db, user_id=f"u{number}") for number in range(9)]
    db.execute(
        f"ALTER TABLE tenant_acme.cdp_profile_links ADD CONSTRAINT refuse CHECK (raw_profile_id <> {raws[4]}) NOT VALID"
    )

    done = resolve(db)
    again = resolve(db)

    assert (done["failed"], done["linked"]) == (1, 8)
    assert partition(db) == {frozenset({raw}) for raw in raws if raw != raws[4]}
    assert again["claimed"] == 0


@pytest.mark.parametrize("literal", ["null", "NULL", "none", "undefined", "", "-", "n/a", " ", None])
def test_fault_literal_null_matches(db, literal):
    for name, kind in (("u1", "An"), ("u2", "Binh")):
        ingest(db, identify(name, f"m{name}", email=literal, phone=literal, firstName=kind))
        ingest(db, {"type": "page", "anonymousId": literal or "k", "messageId": f"p{name}", "userId": name})
    resolve(db)

    assert profile(db, "user_id", "u1")["first_name"] == "An"
    assert profile(db, "user_id", "u2")["first_name"] == "Binh"
    assert "email" not in profile(db, "user_id", "u1")


def test_fault_a_shared_cookie_merges_three_people_and_loses_two_emails(db):
    names = [("u1", "an@shop.vn"), ("u2", "binh@shop.vn"), ("u3", "chi@shop.vn")]
    for number, (name, email) in enumerate(names):
        ingest(db, identify(name, f"i{number}", email=email) | {"anonymousId": "kiosk"})
        ingest(db, page(f"p{number}", anonymousId="kiosk"))
        resolve(db)

    known = [profile(db, "user_id", name) for name, _ in names]
    assert len({one["profile_id"] for one in known}) == 3
    assert [one["email"] for one in known] == [email for _, email in names]
    assert [one.get("secondary_emails") for one in known] == [None] * 3


def test_fault_an_explanation_is_only_the_word_match(db):
    first = observe(db, user_id="u1", email="An@Shop.vn")
    second = observe(db, source="crm", email="an@shop.vn", phone="+84 912 345 678")
    third = observe(db, source="pos", phone="0084912345678")
    stranger = observe(db, user_id="u2", email="binh@shop.vn")
    resolve(db)

    linked = db.call("c360.explain_link", "acme", str(first), str(third))
    apart = db.call("c360.explain_link", "acme", str(first), str(stranger))

    assert [(step["rule"], step["value"], step["first_sent"], step["second_sent"]) for step in linked["path"]] == [
        ("exact:email", "an@shop.vn", "An@Shop.vn", "an@shop.vn"),
        ("exact:phone", "+84912345678", "+84 912 345 678", "0084912345678"),
    ]
    assert [step["to_raw_profile_id"] for step in linked["path"]] == [second, third]
    assert {(one["kind"], one["identifier_type"]): one["second_values"] for one in apart["obstacles"]} == {
        ("conflict", "user_id"): ["u2"],
        ("values_differ", "user_id"): ["u2"],
        ("values_differ", "email"): ["binh@shop.vn"],
        ("absent", "phone"): [],
    }
