"""What is posted for a message: formats, headers, addresses, batches; and what answers mean."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c360.adapters.http import Answer
from c360.relay.credentials import Credentials
from c360.relay.documents import TemplateFailed, TemplateInvalid
from c360.relay.outcomes import Outcomes
from c360.relay.rendering import Message, Rendering, batch_id

URL = "https://crm.example/hooks"
DATA = '{"profile_id":"p1","amount":412.50,"large":123456789012345678901234567890,"name":"Mai, \\"M\\""}'
BODY = f'{{"type":"profile.updated","timestamp":"2026-11-24T10:02:00.123456Z","tenant":"acme","data":{DATA}}}'
MESSAGE = Message("m-1", BODY, topic="c360-updated-profiles")
OTHER = Message("m-2", BODY.replace("p1", "p2"))


def template(document, **more):
    return {"format": "template", "template": document, **more}


def posted(given, message=MESSAGE, url=URL):
    return Rendering.of(given).post(url, message)


def test_raw_is_the_text_of_the_message_byte_for_byte():
    post = posted({"format": "raw"})

    assert (post.url, post.body, post.headers) == (URL, BODY.encode(), {})


def test_a_structured_cloudevent_holds_the_data_as_they_are():
    post = posted({"format": "cloudevents_structured"})

    assert post.headers == {"content-type": "application/cloudevents+json"}
    assert DATA.encode() in post.body
    event = json.loads(post.body)
    event.pop("data")
    assert event == {
        "specversion": "1.0",
        "id": "m-1",
        "source": "urn:c360:acme",
        "type": "profile.updated",
        "time": "2026-11-24T10:02:00.123456Z",
        "tenant": "acme",
        "subject": "p1",
        "partitionkey": "p1",
        "datacontenttype": "application/json",
    }


def test_a_binary_cloudevent_holds_the_data_alone_and_the_rest_in_headers():
    message = Message("m-1", BODY, key='Mai "ơ"%')

    post = posted({"format": "cloudevents_binary"}, message)

    assert post.body == DATA.encode()
    assert post.headers["ce-type"] == "profile.updated"
    assert post.headers["ce-subject"] == "Mai%20%22%C6%A1%22%25"
    assert post.headers["content-type"] == "application/json"


def test_a_template_gives_json_a_form_or_text():
    form = {"To": "{{ data.profile_id }}", "Body": "a&b=ơ", "Tag": ["x", 1], "None": "{{ data.none }}"}

    assert json.loads(posted(template({"id": "{{ data.profile_id }}", "n": "{{ data.amount }}"})).body) == {
        "id": "p1",
        "n": 412.5,
    }
    assert posted(template(form, encoding="form")).body == b"To=p1&Body=a%26b%3D%C6%A1&Tag=x&Tag=1"
    assert posted(template("hello {{ data.profile_id }}", encoding="text")).body == b"hello p1"
    with pytest.raises(TemplateFailed):
        posted(template({"To": {"a": 1}}, encoding="form"))


@given(st.text(), st.text())
def test_no_text_of_a_customer_changes_the_shape(name, note):
    data = {"profile_id": "p1", "name": name, "note": note}
    message = Message("m", json.dumps({"type": "a.b", "timestamp": "t", "tenant": "acme", "data": data}))
    document = {"name": "{{ data.name }}", "both": "{{ data.name }}, {{ data.note }}", "keep": 1}

    post = Rendering.of(template(document)).post(URL, message)
    form = Rendering.of(template(document, encoding="form")).post(URL, message)

    assert json.loads(post.body) == {"name": name, "both": f"{name}, {note}", "keep": 1}
    assert dict(parse_qsl(form.body.decode(), keep_blank_values=True)) == {
        "name": name,
        "both": f"{name}, {note}",
        "keep": "1",
    }


def test_a_number_of_thousands_of_digits_is_no_fault_of_the_message():
    body = BODY.replace(DATA, '{"n": ' + 6_000 * "9" + ', "m": 1}')
    message = Message("m-1", body)

    assert posted({"format": "cloudevents_binary"}, message).body.count(b"9") == 6_000
    assert posted(template({"m": "{{ data.m }}"}), message).body == b'{"m":1}'
    with pytest.raises(TemplateFailed):
        posted(template({"n": "{{ data.n }}"}), message)


def test_headers_of_ones_own_are_templates_and_never_carry_a_line_break():
    post = posted({"format": "raw", "headers": {"X-Profile": "{{ data.profile_id }}"}})

    assert (post.body, post.headers) == (BODY.encode(), {"x-profile": "p1"})
    for name in ("data.name | append: newline", "data.split", "'ơ'"):
        with pytest.raises(TemplateFailed):
            posted(
                {"format": "raw", "headers": {"X": f"{{{{ {name} }}}}"}},
                Message("m", BODY.replace('"p1"', '"p1","split":"a\\r\\nwebhook-id: b"').replace("Mai", "M\\n")),
            )


@pytest.mark.parametrize(
    "name",
    [
        *("Host", "content-length", "Transfer-Encoding", "webhook-id", "Webhook-Signature", "Connection", "Expect"),
        *("Authorization", "Cookie", "Proxy-Authorization", "Upgrade", "TE", "a b", "a:b", "a\r\nb", "", "ơ"),
    ],
)
def test_headers_of_the_relay_and_secrets_are_refused(name):
    with pytest.raises(TemplateInvalid):
        Rendering.of({"format": "raw", "headers": {name: "x"}})


@pytest.mark.parametrize(
    "given",
    [
        {"format": "xml"},
        {"format": "template"},
        {"format": "raw", "template": {}},
        {"format": "raw", "batch": "pile"},
        template({}, encoding="form", batch="array"),
        {"format": "cloudevents_binary", "batch": "array"},
        {"format": "raw", "batch": "array", "target": "https://crm.example/{{ data.profile_id }}"},
        {"format": "raw", "headers": {f"x-{n}": "" for n in range(30)}},
        {"format": "raw", "headers": ["x-a"]},
        {"format": "raw", "hosts": [None]},
        {"format": "raw", "skip": [{}]},
        {"format": "raw", "when": {}},
        {"format": "raw", "target": ["https://crm.example"]},
    ],
)
def test_a_rendering_that_cannot_be_is_refused_where_it_is_made(given):
    with pytest.raises(TemplateInvalid):
        Rendering.of(given)


@pytest.mark.parametrize(
    ("given", "kind", "body"),
    [
        ({"format": "raw", "batch": "array"}, "application/json", f"[{BODY},{OTHER.body}]"),
        ({"format": "raw", "batch": "lines"}, "application/x-ndjson", f"{BODY}\n{OTHER.body}\n"),
        (template({"id": "{{ data.profile_id }}"}, batch="array"), "application/json", '[{"id":"p1"},{"id":"p2"}]'),
    ],
)
def test_several_messages_go_in_one_request(given, kind, body):
    post = Rendering.of(given).post_batch(URL, [MESSAGE, OTHER])

    assert (post.body.decode(), post.headers["content-type"]) == (body, kind)
    assert posted(given).headers["content-type"] == kind  # one message alone comes in the same shape
    assert batch_id([MESSAGE, OTHER]) == batch_id([MESSAGE, OTHER]) != batch_id([OTHER, MESSAGE])


def test_a_batch_of_cloudevents_is_one_list():
    post = Rendering.of({"format": "cloudevents_structured", "batch": "array"}).post_batch(URL, [MESSAGE, OTHER])

    assert post.headers["content-type"] == "application/cloudevents-batch+json"
    assert [event["id"] for event in json.loads(post.body)] == ["m-1", "m-2"]


def test_one_message_that_fails_fails_its_batch_whole():
    rendering = Rendering.of(template({"id": "{{ data.amount | mandatory }}"}, batch="array"))

    with pytest.raises(TemplateFailed):
        rendering.post_batch(URL, [MESSAGE, Message("m-3", '{"type":"a.b","timestamp":"x","tenant":"acme","data":{}}')])


def test_an_address_for_each_message_stays_at_its_origin():
    given = template({}, target="https://crm.example/c/{{ data.name | path }}?x=1")

    assert posted(given).url == "https://crm.example/c/Mai%2C%20%22M%22?x=1"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "http://crm.example/",
        "https://crm.example:8443/",
        "https://crm.example@evil.example/",
        "https://user@crm.example/",
        "https://crm.example/a/../b",
        "https://crm.example/a b",
        "https://crm.example/\r\nx",
        "https://crm.example\\@evil.example/",
        "https://[crm.example/",
        "//evil.example/",
        "",
    ],
)
def test_an_address_elsewhere_is_refused(target):
    with pytest.raises(TemplateFailed):
        posted(template({}, target="{{ data.profile_id }}"), Message("m", BODY.replace('"p1"', json.dumps(target))))


def test_an_address_at_a_host_that_is_allowed_by_name_is_taken():
    given = template({}, target="{{ data.profile_id }}", hosts=["push.example", "*.notify.example"])
    aims = {"https://push.example/a": True, "https://a.b.notify.example/": True, "https://notify.example/": False}
    aims |= {
        "http://push.example/": False,
        "https://xpush.example/": False,
        "https://a.notify.example.evil.example/": False,
    }

    for aim, is_taken in aims.items():
        message = Message("m", BODY.replace('"p1"', json.dumps(aim)))
        if is_taken:
            assert posted(given, message).url == aim
        else:
            with pytest.raises(TemplateFailed):
                posted(given, message)


RULES = [
    {"when": {"status": "2xx", "json": {"error": 0}}, "means": "delivered"},
    {"when": {"json": {"error": [-32, -211]}}, "means": "limited", "retry_after": 60},
    {"when": {"json": {"error": -216}}, "means": "unauthorised"},
    {"when": {"json": {"errors.0.code": "BAD"}}, "means": "refused"},
    {"when": {"status": [404, 410]}, "means": "refused"},
    {"when": {"status": 2, "text": "ok"}, "means": "delivered"},
    {"when": {"status": "2xx"}, "means": "failed"},
]


@pytest.mark.parametrize(
    ("status", "text", "error", "settled"),
    [
        (200, '{"error": 0}', None, 200),
        (200, '{"error": -32}', "status", 429),
        (200, '{"error": -216}', "status", 401),
        (200, '{"error": -1}', "answer", 200),
        (200, "not json", "answer", 200),
        (200, '{"errors": [{"code": "BAD"}]}', "refused", 200),
        (404, "", "refused", 404),
        (410, "", "refused", None),
        (500, '{"error": -999}', "status", 500),
        (400, "x", "status", 400),
    ],
)
def test_rules_say_what_an_answer_means(status, text, error, settled):
    answer = Answer(status, None if status < 300 else "status", 5, text=text)

    judged = Outcomes(RULES).judged(answer)

    assert (judged.error, judged.status) == (error, settled)


def test_a_limit_waits_as_long_as_the_answer_says_or_else_the_rule():
    judge = Outcomes(RULES).judged

    assert judge(Answer(200, None, 1, text='{"error": -32}')).retry_after == 60
    assert judge(Answer(200, None, 1, retry_after=7.0, text='{"error": -32}')).retry_after == 7


@pytest.mark.parametrize(
    ("text", "message_id"),
    [
        ('{"error": 0, "data": {"message_id": "z1"}}', "z1"),
        ('{"error": 0, "data": {"message_id": 71}}', "71"),
        ('{"error": 0, "data": {"message_id": ""}}', None),
        ('{"error": 0, "data": {"message_id": null}}', None),
        ('{"error": 0, "data": {"message_id": {"a": 1}}}', None),
        ('{"error": 0, "data": {"message_id": true}}', None),
        ('{"error": 0, "data": {"message_id": "z\\u0000"}}', None),
        ('{"error": 0, "data": {"message_id": "z\\ud800"}}', None),
        ('{"error": 0}', None),
        ('{"error": -32, "data": {"message_id": "z1"}}', None),
    ],
)
def test_an_answer_says_by_which_id_the_provider_knows_what_it_took(text, message_id):
    rule = {"when": {"status": 200, "json": {"error": 0}}, "means": "delivered", "message_id": "data.message_id"}

    judged = Outcomes([rule]).judged(Answer(200, None, 5, text=text))

    assert (judged.error, judged.message_id) == (None, message_id)


def test_what_no_server_answered_is_left_as_it_is():
    answer = Answer(None, "timeout", 5)

    assert Outcomes(RULES).judged(answer) is answer


@pytest.mark.parametrize(
    "rule",
    [
        {"means": "delivered"},
        {"when": {}, "means": "delivered"},
        {"when": {"status": 200}, "means": "done"},
        {"when": {"header": "x"}, "means": "failed"},
        {"when": {"status": 200}, "means": "limited", "retry_after": -1},
        {"when": {"status": 200}, "means": "refused", "message_id": "data.id"},
        {"when": {"status": 200}, "means": "delivered", "message_id": ["data"]},
        {"when": {"json": [1]}, "means": "failed"},
        None,
    ],
)
def test_a_rule_that_cannot_be_is_refused(rule):
    with pytest.raises(TemplateInvalid):
        Outcomes([rule])


@pytest.mark.parametrize(
    "document",
    [
        {"auth": {"kind": "magic"}},
        {"auth": {"kind": "bearer"}},
        {"auth": {"kind": "bearer", "token": "a\r\nb"}},
        {"auth": {"kind": "header", "name": "webhook-id", "value": "x"}},
        {"auth": {"kind": "basic", "user": "a", "password": "b", "more": "c"}},
        {
            "auth": {
                "kind": "oauth",
                "token_url": "https://a",
                "grant": "password",
                "client_id": "a",
                "client_secret": "b",
            }
        },
        {"auth": {"kind": "vapid", "private_key": "short", "subject": "mailto:a@b.example"}},
        {"certificate": {"chain": "none", "key": "none"}},
        {"password": "x"},
    ],
)
def test_credentials_that_cannot_be_are_refused(document):
    with pytest.raises(TemplateInvalid):
        Credentials.of(document)


def test_credentials_say_nothing_of_themselves():
    assert "topsecret" not in repr(Credentials.of({"auth": {"kind": "bearer", "token": "topsecret"}}))
