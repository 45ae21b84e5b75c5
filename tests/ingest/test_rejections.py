"""One bad event never harms the others: it is kept with its reason and can be redriven."""

from __future__ import annotations

from typing import Any

import pytest

from support.events import codes, event_count, ingest, page, track
from support.session import Session

GOOD = {"type": "page", "anonymousId": "a1"}


def send_text(db: Session, body: str, kind: str | None = "batch") -> dict[str, Any]:
    """Send a body as text, as HTTP does: jsonb could not even carry some of these."""
    db.call("c360._use_tenant", "acme")
    answer: dict[str, Any] = db.call("c360.ingest_request", "acme", "web", kind, body)
    return answer


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (None, "U1101"),
        (7, "U1101"),
        ("text", "U1101"),
        ([GOOD], "U1101"),
        ({**GOOD, "properties": {"text": "x" * 32768}}, "U1103"),
        ({**GOOD, "messageId": "x" * 101}, "U1104"),
        ({**GOOD, "messageId": 7}, "U1104"),
        ({**GOOD, "messageId": {}}, "U1104"),
        ({"anonymousId": "a1"}, "U1105"),
        ({**GOOD, "type": "Page"}, "U1105"),
        ({**GOOD, "type": 7}, "U1105"),
        ({**GOOD, "type": None}, "U1105"),
        ({**GOOD, "userId": {"id": 1}}, "U1106"),
        ({**GOOD, "userId": ["u"]}, "U1106"),
        ({**GOOD, "anonymousId": True}, "U1106"),
        ({**GOOD, "userId": "x" * 501}, "U1107"),
        ({"type": "page"}, "U1108"),
        ({"type": "page", "userId": "", "anonymousId": "  "}, "U1108"),
        ({**GOOD, "type": "track"}, "U1109"),
        ({**GOOD, "type": "track", "event": " "}, "U1109"),
        ({**GOOD, "type": "track", "event": {"name": "x"}}, "U1109"),
        ({**GOOD, "type": "track", "event": "x" * 501}, "U1110"),
        ({**GOOD, "type": "group"}, "U1111"),
        ({**GOOD, "type": "alias", "userId": "u"}, "U1112"),
        ({**GOOD, "type": "alias", "previousId": "a"}, "U1112"),
    ],
)
def test_a_faulty_event_is_rejected_with_its_reason_and_its_neighbours_live(db, event, code):
    answer = ingest(db, page("m1"), event, page("m2"))

    assert (answer["accepted"], codes(answer)) == (2, [code])
    assert answer["rejected"][0]["index"] == 1
    [kept] = db.records("SELECT * FROM tenant_acme.cdp_rejected_events")
    assert (kept["code"], kept["source"], kept["status"]) == (code, "web", "rejected")
    assert kept["reason"] == answer["rejected"][0]["message"]


@pytest.mark.parametrize(
    "bad",
    [
        r'{"type":"page","anonymousId":"a\u0000"}',
        r'{"type":"page","anonymousId":"a","x":"\ud800"}',
        r'{"type":"page","anonymousId":"a","x":"\udc00\ud800"}',
        '{"type":"page","anonymousId":"a","x":1e999999}',
        r'{"type":"page","anonymousId":"a","\u0000":1}',
    ],
)
@pytest.mark.parametrize("frame", ['{"batch":[%s]}', '{"context":{"x":"\\u0000"},"batch":[%s]}', "[%s]"])
def test_what_the_database_cannot_store_is_rejected_alone(db, bad, frame):
    tricky = r'{"type":"page","anonymousId":"a","messageId":"m1","x":"\\u0000 \\\" \u00e9 \\s \\\\u"}'

    answer = send_text(db, frame % f"{tricky},{bad},{tricky.replace('m1', 'm2')}")

    assert (answer["accepted"], codes(answer)) == (2, ["U1102"])
    assert db.column("SELECT payload FROM tenant_acme.cdp_rejected_events") == [bad]
    assert db.column("SELECT DISTINCT payload ->> 'x' FROM tenant_acme.cdp_behavioral_events") == [
        r"\u0000 \" é \s \\u"
    ]


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        ("", "batch", "U1001"),
        ("{", "batch", "U1001"),
        ('{"batch":[}', "batch", "U1001"),
        ("[1],[2]", "batch", "U1001"),
        ("{}", "batch", "U1002"),
        ('{"batch":"x"}', "batch", "U1002"),
        ("7", "batch", "U1002"),
        ("[]", "track", "U1002"),
        (r'["\u0000"]', "track", "U1002"),
        (r'{"batch":"\u0000"}', "batch", "U1002"),
        (" " * (500 * 1024 + 1), "batch", "U1003"),
        ("[" + "1," * 2500 + "1]", "batch", "U1004"),
        ("[" * 250_000, "batch", "U1005"),
        ('{"batch":[{"a":' + "[" * 100_000, "batch", "U1005"),
        ('{"a":' * 50_000, "track", "U1005"),
    ],
)
def test_a_faulty_body_is_refused_as_a_whole(db, refused, body, kind, code):
    with refused(code):
        send_text(db, body, kind)


def test_97_of_100_events_are_taken_when_three_are_bad_and_the_three_can_be_redriven(db):
    events: list[Any] = [page(f"m{number}") for number in range(100)]
    events[10] = {"type": "page", "messageId": "m10"}
    events[50] = {"type": "track", "anonymousId": "a1", "messageId": "m50"}
    events[99] = {**GOOD, "type": "purchase", "messageId": "m99"}

    answer = ingest(db, *events)

    assert (answer["accepted"], answer["duplicates"], codes(answer)) == (97, 0, ["U1108", "U1109", "U1105"])
    ids = db.column("SELECT rejected_event_id FROM tenant_acme.cdp_rejected_events ORDER BY 1")
    correction = {"type": "track", "event": "Corrected", "anonymousId": "a1"}
    assert db.call("c360.redrive_rejected_events", "acme", ids, correction) == {
        "redriven": 3,
        "duplicates": 0,
        "rejected": [],
    }
    assert event_count(db) == 100
    assert set(db.column("SELECT status FROM tenant_acme.cdp_rejected_events")) == {"redriven"}


def test_redriving_twice_makes_one_event(db):
    ingest(db, {"type": "page"})
    ids = db.column("SELECT rejected_event_id FROM tenant_acme.cdp_rejected_events")

    first = db.call("c360.redrive_rejected_events", "acme", ids, {"userId": "u1"})
    second = db.call("c360.redrive_rejected_events", "acme", ids, {"userId": "u1"})

    assert (first["redriven"], second["redriven"], event_count(db)) == (1, 0, 1)


def test_two_sessions_redriving_the_same_event_make_one(connect, in_background, wait_until_blocked):
    alice, bob = connect(), connect()
    ingest(alice, {"type": "page"})
    ids = alice.column("SELECT rejected_event_id FROM tenant_acme.cdp_rejected_events")
    alice.commit()

    alice.call("c360.redrive_rejected_events", "acme", ids, {"userId": "u1"})
    waiting = in_background(bob.call, "c360.redrive_rejected_events", "acme", ids, {"userId": "u1"})
    wait_until_blocked(bob)
    alice.commit()

    assert waiting.result()["redriven"] == 0
    bob.commit()
    assert event_count(alice) == 1


def test_a_redrive_that_corrects_nothing_leaves_the_event_rejected_with_its_new_reason(db):
    ingest(db, {"type": "track"})
    ids = db.column("SELECT rejected_event_id FROM tenant_acme.cdp_rejected_events")

    answer = db.call("c360.redrive_rejected_events", "acme", ids, {"event": "Bought"})

    assert [(item["rejected_event_id"], item["code"]) for item in answer["rejected"]] == [(ids[0], "U1108")]
    assert db.rows("SELECT status, code FROM tenant_acme.cdp_rejected_events") == [("rejected", "U1108")]


def test_a_redriven_event_keeps_its_time_of_reception_and_what_its_batch_said(db):
    db.call(
        "c360.ingest",
        "acme",
        {"batch": [{"type": "page"}], "context": {"locale": "vi"}},
        "web",
        "2020-05-01T00:00:00Z",
    )
    ids = db.column("SELECT rejected_event_id FROM tenant_acme.cdp_rejected_events")

    db.call("c360.redrive_rejected_events", "acme", ids, {"userId": "u1"})

    assert db.row(
        """
        SELECT source, received_at = '2020-05-01T00:00:00Z', payload #>> '{context,locale}'
        FROM tenant_acme.cdp_behavioral_events
        """
    ) == ("web", True, "vi")


def test_an_event_that_was_no_object_is_replaced_by_the_patch(db):
    send_text(db, r'["nonsense", {"x":"\u0000"}]')
    ids = db.column("SELECT rejected_event_id FROM tenant_acme.cdp_rejected_events")

    assert db.call("c360.redrive_rejected_events", "acme", ids, GOOD)["redriven"] == 2


def test_a_member_set_to_null_by_the_patch_is_taken_out(db):
    ingest(db, {**GOOD, "messageId": 7, "properties": {"keep": None}})
    ids = db.column("SELECT rejected_event_id FROM tenant_acme.cdp_rejected_events")

    assert db.call("c360.redrive_rejected_events", "acme", ids, {"messageId": None})["redriven"] == 1
    assert db.column("SELECT payload -> 'properties' FROM tenant_acme.cdp_behavioral_events") == [{"keep": None}]


def test_discarded_events_stay_but_are_not_open_any_more(db):
    ingest(db, {"type": "page"}, track("ok", "m1"))
    [rejected_event_id] = db.column("SELECT rejected_event_id FROM tenant_acme.cdp_rejected_events")

    first = db.call("c360.discard_rejected_events", "acme", [rejected_event_id])
    second = db.call("c360.discard_rejected_events", "acme", [rejected_event_id])

    assert (first, second) == (1, 0)
    assert db.call_rows("c360.rejected_events", "acme") == []
    [kept] = db.call_rows("c360.rejected_events", "acme", None)
    assert kept["status"] == "discarded"


@pytest.mark.parametrize("function", ["redrive_rejected_events", "discard_rejected_events"])
def test_an_unknown_rejected_event_is_named(db, refused, function):
    with refused("U1404"):
        db.call(f"c360.{function}", "acme", [4711])


def test_an_event_of_just_32_kb_is_taken_however_it_is_spaced(db):
    padding = 32768 - len('{"type":"page","anonymousId":"a1","list":[],"text":""}') - 2 * 3000 + 1
    numbers, text = ",".join(["7"] * 3000), "x" * padding
    event = f'{{"type":"page","anonymousId":"a1","list":[{numbers}],"text":"{text}"}}'
    assert len(event) == 32768

    assert send_text(db, f"[{event}]")["accepted"] == 1
    assert codes(send_text(db, f"[{event.replace('xx', 'xxx', 1)}]")) == ["U1103"]
