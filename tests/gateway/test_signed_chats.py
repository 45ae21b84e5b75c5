"""With the secrets of accounts a gateway takes only what their provider has signed."""

from __future__ import annotations

import hashlib
import json

import httpx
import pytest

from c360.gateway.signatures import of_twilio
from gateway.conftest import running_gateway
from support.events import event_count

HOOK = {
    "event_name": "user_send_text",
    "app_id": "12",
    "sender": {"id": "246845883529197922"},
    "recipient": {"id": "388613280878808645"},
    "timestamp": "1767225600123",
    "message": {"text": "Còn hàng không?", "msg_id": "m1"},
}
BODY = json.dumps(HOOK, ensure_ascii=False)


def signed(body, secret, app_id="12", timestamp="1767225600123"):
    return "mac=" + hashlib.sha256(f"{app_id}{body}{timestamp}{secret}".encode()).hexdigest()


@pytest.fixture
def strict(database):
    dsn = database.dsn_as("c360_gateway")
    with (
        running_gateway(dsn, zalo_secrets="first second", twilio_tokens="old token") as gateway,
        httpx.Client(base_url=gateway.url, timeout=60) as client,
    ):
        yield client


@pytest.mark.parametrize("secret", ["first", "second"])
def test_what_an_account_signed_is_taken(strict, make_key, connect, secret):
    path = f"/v1/hooks/zalo?writeKey={make_key()}"

    reply = strict.post(path, content=BODY.encode(), headers={"X-ZEvent-Signature": signed(BODY, secret)})

    assert reply.json()["accepted"] == 1
    assert event_count(connect()) == 1


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (BODY, None),
        (BODY, ""),
        (BODY, "mac="),
        (BODY, "mac=é"),
        (BODY, signed(BODY, "third")),
        (BODY, signed(BODY, "first", app_id="13")),
        (BODY.replace("m1", "m2"), signed(BODY, "first")),
        ("{", signed("{", "third", "", "")),
        ("[" * 100_000, signed(BODY, "first")),
        ("7", None),
        ('{"app_id": "\\ud800"}', "mac=x"),
    ],
)
def test_what_is_not_signed_by_one_is_refused(strict, make_key, connect, body, signature):
    path = f"/v1/hooks/zalo?writeKey={make_key()}"
    headers = {} if signature is None else {"X-ZEvent-Signature": signature.encode()}

    reply = strict.post(path, content=body.encode(), headers=headers)

    assert (reply.status_code, reply.json()["code"]) == (401, "U1418")
    assert event_count(connect()) == 0


def test_other_chats_go_on_without(strict, make_key):
    update = {"update_id": 1, "message": {"message_id": 5, "from": {"id": 777}, "date": 1767225600, "text": "a"}}

    assert strict.post(f"/v1/hooks/telegram?writeKey={make_key()}", json=update).json()["accepted"] == 1


STATUS = {"MessageSid": "SM1", "MessageStatus": "sent", "To": "+84901234567"}


def test_the_published_example_of_twilio_has_its_signature():
    fields = {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "From": "+14158675309", "To": "+18005551212"}
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"

    assert of_twilio("12345", url, {**fields, "Caller": "+14158675309"}.items()) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    "public", [None, {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "events.shop.example"}], ids=["direct", "proxy"]
)
def test_what_twilio_signed_is_taken_and_nothing_else(strict, make_key, connect, public):
    path = f"/v1/hooks/twilio?writeKey={make_key()}"
    origin = "https://events.shop.example" if public else str(strict.base_url)
    more = public or {}

    def post(fields, signature):
        headers = more if signature is None else {**more, "X-Twilio-Signature": signature}
        return strict.post(path, data=fields, headers=headers)

    right = of_twilio("token", origin + path, STATUS.items())
    wrong = [
        None,
        "",
        "é".encode(),
        of_twilio("other", origin + path, STATUS.items()),
        of_twilio("token", origin, STATUS.items()),
    ]

    assert post(STATUS, right).json()["accepted"] == 0
    assert {post(STATUS, signature).json()["code"] for signature in wrong} == {"U1418"}
    assert post({**STATUS, "MessageStatus": "delivered"}, right).status_code == 401
    assert event_count(connect()) == 0
