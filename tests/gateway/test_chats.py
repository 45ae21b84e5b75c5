"""Webhooks of chats become events of the person who wrote."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.events import event_count

AN = {"id": 777, "is_bot": False, "first_name": "An", "last_name": "Lê", "language_code": "vi"}


def telegram(number: int, kind: str = "message", **content: Any) -> dict[str, Any]:
    said = {"message_id": 5, "from": AN, "chat": {"id": 777, "type": "private"}, "date": 1767225600, **content}
    return {"update_id": number, kind: said}


def zalo(kind: str = "user_send_text", **more: Any) -> dict[str, Any]:
    return {
        "event_name": kind,
        "app_id": "1",
        "sender": {"id": "246845883529197922"},
        "recipient": {"id": "388613280878808645"},
        "timestamp": "1767225600123",
        **more,
    }


FOLLOWED = {
    "event_name": "follow",
    "oa_id": "388613280878808645",
    "follower": {"id": "246845883529197922"},
    "timestamp": "1767225600000",
}
SHARED = {"info": {"name": "Lê An", "phone": "84901234567", "address": "1 Lê Lợi", "city": "Huế"}}

LAN = {
    "id": 12,
    "name": "Lan",
    "email": "Lan@shop.vn",
    "phone_number": "+84901234567",
    "identifier": None,
    "custom_attributes": {},
    "account": {"id": 3, "name": "Shop"},
}


def chatwoot(kind: str = "message_created", **more: Any) -> dict[str, Any]:
    return {
        "event": kind,
        "id": 981,
        "content": "Còn hàng không?",
        "created_at": "2026-01-01T00:00:00.000Z",
        "message_type": "incoming",
        "private": False,
        "sender": LAN,
        "conversation": {"id": 5, "channel": "Channel::WebWidget"},
        "inbox": {"id": 1, "name": "Web"},
        "account": {"id": 3, "name": "Shop"},
        **more,
    }


OPENED = {
    "event": "webwidget_triggered",
    "id": 77,
    "contact": {"id": 12, "name": None, "custom_attributes": {}},
    "account": {"id": 3, "name": "Shop"},
    "source_id": "0a1b",
    "event_info": {"referer": "https://shop.vn/ao-dai"},
}
KNOWN_AS = {"name": "Lan", "email": "Lan@shop.vn", "phone": "+84901234567"}
PERSONS = {
    "chatwoot": ("social_id:chatwoot:3", "12"),
    "telegram": ("social_id:telegram", "777"),
    "zalo": ("social_id:zalo_uid:388613280878808645", "246845883529197922"),
}

# What comes in, and as (type, event, traits, text) what becomes of it.
UNDERSTOOD = {
    "a message": (
        "telegram",
        telegram(1, text="Chào 👟"),
        [
            ("identify", None, {"firstName": "An", "lastName": "Lê"}, None),
            ("track", "Message Received", None, "Chào 👟"),
        ],
    ),
    "a picture": (
        "telegram",
        telegram(1, caption="Đẹp", photo=[{"file_id": "f"}], **{"from": {"id": 777}}),
        [("track", "Message Received", None, "Đẹp")],
    ),
    "the sender's own number": (
        "telegram",
        telegram(1, contact={"phone_number": "84901234567", "user_id": 777}),
        [
            ("identify", None, {"firstName": "An", "lastName": "Lê", "phone": "+84901234567"}, None),
            ("track", "Message Received", None, None),
        ],
    ),
    "somebody else's number": (
        "telegram",
        telegram(1, contact={"phone_number": "84900000000", "user_id": 778}),
        [
            ("identify", None, {"firstName": "An", "lastName": "Lê"}, None),
            ("track", "Message Received", None, None),
        ],
    ),
    "a number of nobody": (
        "telegram",
        telegram(1, contact={"phone_number": "84900000000"}),
        [
            ("identify", None, {"firstName": "An", "lastName": "Lê"}, None),
            ("track", "Message Received", None, None),
        ],
    ),
    "a button": (
        "telegram",
        {"update_id": 1, "callback_query": {"id": "9", "from": {"id": 777}, "data": "size-42"}},
        [("track", "Button Clicked", None, "size-42")],
    ),
    "a bot that was blocked": (
        "telegram",
        telegram(1, "my_chat_member", new_chat_member={"status": "kicked"}, **{"from": {"id": 777}}),
        [("track", "Channel Unfollowed", None, None)],
    ),
    "a text in a widget": (
        "chatwoot",
        chatwoot(),
        [("identify", None, KNOWN_AS, None), ("track", "Message Received", None, "Còn hàng không?")],
    ),
    "a widget that was opened": ("chatwoot", OPENED, [("track", "Chat Opened", None, None)]),
    "a form before the chat": ("chatwoot", {"event": "contact_updated", **LAN}, [("identify", None, KNOWN_AS, None)]),
    "a text to an official account": (
        "zalo",
        zalo(message={"text": "Còn hàng không?", "msg_id": "m1"}),
        [("track", "Message Received", None, "Còn hàng không?")],
    ),
    "a follower": ("zalo", FOLLOWED, [("track", "Channel Followed", None, None)]),
    "what somebody shares": (
        "zalo",
        zalo("user_submit_info", **SHARED),
        [
            (
                "identify",
                None,
                {"name": "Lê An", "phone": "+84901234567", "address": {"street": "1 Lê Lợi", "city": "Huế"}},
                None,
            )
        ],
    ),
}

NOT_UNDERSTOOD = {
    "what the account itself wrote": ("zalo", zalo("oa_send_text", message={"text": "Dạ còn", "msg_id": "m2"})),
    "an event that is new": ("zalo", zalo("user_dances")),
    "nobody's message": ("zalo", zalo(sender={})),
    "what an agent wrote": ("chatwoot", chatwoot(message_type="outgoing")),
    "a contact of no account": ("chatwoot", {"event": "contact_created", **LAN, "account": None}),
    "a conversation that was closed": ("chatwoot", {"event": "conversation_status_changed", "id": 5}),
    "a message of a bot": ("telegram", telegram(1, **{"from": {**AN, "is_bot": True}})),
    "a post of a channel": ("telegram", {"update_id": 1, "channel_post": {"message_id": 1, "text": "News"}}),
    "a bot that was added to a group": (
        "telegram",
        telegram(1, "my_chat_member", new_chat_member={"status": "member"}, chat={"id": -1, "type": "group"}),
    ),
    "an empty update": ("telegram", {}),
    "a sender that is no object": ("telegram", {"update_id": 1, "message": "hello"}),
    "a text no database can store": ("telegram", telegram(1, text="a\0")),
}


@pytest.mark.parametrize("kind", UNDERSTOOD)
def test_what_somebody_does_in_a_chat_becomes_their_events(http, make_key, connect, kind):
    preset, hook, expected = UNDERSTOOD[kind]
    path = f"/v1/hooks/{preset}?writeKey={make_key()}"

    replies = [http.post(path, json=hook).json() for _ in range(2)]

    session = connect()
    recorded = session.column("SELECT payload FROM tenant_acme.cdp_behavioral_events ORDER BY event_id")
    assert [(one["accepted"], one["duplicates"]) for one in replies] == [(len(expected), 0), (0, len(expected))]
    assert [
        (one["type"], one.get("event"), one.get("traits"), one.get("properties", {}).get("text")) for one in recorded
    ] == expected
    account, person = PERSONS[preset]
    assert [one["context"]["externalIds"] for one in recorded] == [[{"type": account, "id": person}]] * len(expected)
    assert session.column("SELECT DISTINCT identifiers ->> %s FROM tenant_acme.cdp_raw_profiles", account) == [person]
    tracked = [one["properties"] for one in recorded if one["type"] == "track"]
    assert all(one["telegram"] in hook.values() if preset == "telegram" else one[preset] == hook for one in tracked)


@pytest.mark.parametrize("kind", NOT_UNDERSTOOD)
def test_what_is_not_understood_is_answered_kept_and_counted(http, make_key, connect, kind):
    preset, hook = NOT_UNDERSTOOD[kind]

    reply = http.post(f"/v1/hooks/{preset}?writeKey={make_key()}", json=hook)

    assert (reply.status_code, reply.json()["accepted"], len(reply.json()["rejected"])) == (200, 0, 1)
    assert reply.json()["rejected"][0]["code"] == ("U1102" if "u0000" in json.dumps(hook) else "U1116")
    session = connect()
    assert event_count(session) == 0
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_rejected_events") == 1


def test_a_visitor_of_a_widget_is_the_one_of_the_page(http, make_key, connect):
    key = make_key()
    known = {**LAN, "identifier": "u1", "custom_attributes": {"anonymousId": "a1"}}
    http.post("/v1/page", json={"messageId": "p1", "anonymousId": "a1"}, auth=(key, ""))

    reply = http.post(f"/v1/hooks/chatwoot?writeKey={key}", json=chatwoot(sender=known)).json()

    assert reply["accepted"] == 2
    session = connect()
    session.call("c360.resolve_identities", "acme")
    person = session.call("c360.profile", "acme", "user_id", "u1")
    assert person["email"] == "lan@shop.vn"
    assert session.call("c360.profile", "acme", "anonymous_id", "a1")["profile_id"] == person["profile_id"]


def test_the_clock_of_a_message_is_that_of_the_chat(http, make_key, connect):
    key = make_key()

    http.post(f"/v1/hooks/telegram?writeKey={key}", json=telegram(1, text="a"))
    http.post(f"/v1/hooks/zalo?writeKey={key}", json=zalo(message={"text": "a", "msg_id": "m1"}))
    http.post(f"/v1/hooks/chatwoot?writeKey={key}", json=chatwoot())
    http.post(f"/v1/hooks/chatwoot?writeKey={key}", json=chatwoot(id=982, created_at="2026-01-01 00:00:00 UTC"))

    times = connect().column(
        "SELECT DISTINCT floor(extract(epoch FROM occurred_at)) FROM tenant_acme.cdp_behavioral_events"
    )
    assert [int(one) for one in times] == [1767225600]


def test_telegram_may_carry_the_key_as_its_secret_token(http, make_key, connect):
    token = {"X-Telegram-Bot-Api-Secret-Token": make_key()}

    assert http.post("/v1/hooks/telegram", json=telegram(1, text="a"), headers=token).json()["accepted"] == 2
    assert event_count(connect()) == 2


def test_webhooks_that_cannot_be_taken_are_refused_clearly(http, make_key, connect):
    key = make_key()
    requests: list[tuple[str, str, int, str]] = [
        (f"telegram?writeKey={key}", "{", 400, "U1001"),
        (f"telegram?writeKey={key}", "7", 400, "U1002"),
        (f"telegram?writeKey={key}", "[" * 100_000, 400, "U1005"),
        (f"telegram?writeKey={key}", " " * (500 * 1024 + 1), 413, "U1003"),
        (f"signal?writeKey={key}", "{}", 404, "U1009"),
        ("telegram", json.dumps(telegram(1)), 401, "U1401"),
        ("telegram?writeKey=nobody", json.dumps(telegram(1)), 401, "U1401"),
    ]

    for path, body, status, code in requests:
        reply = http.post(f"/v1/hooks/{path}", content=body)
        assert (reply.status_code, reply.json()["code"]) == (status, code), (path, body[:20])
    assert event_count(connect()) == 0
