"""What a webhook is sent, as people set it: tried before it is stored, shown without a secret, changed under way."""

from __future__ import annotations

import json
import ssl

import psycopg
import pytest
import trustme

from c360.relay.credentials import Credentials
from c360.relay.secrets import Sealed, SecretUnreadable
from c360.relay.sender import CREDENTIALS
from c360.relay.shapes import read_shape, set_credentials, set_shape
from support.command_line import clean_environment
from support.providers import Provider, Reply

RETRIES = [part for seconds in ("0", "0.1", "0.1", "0.1") for part in ("--retry", seconds)]
DATA = {"profile_id": "p1", "version": 2, "changed": [], "profile": {"email": "mai@example.com"}}


@pytest.fixture
def c360(command_line, database, master_key, tmp_path):
    environment = clean_environment(
        C360_DSN=database.dsn, C360_DATA_DIR=str(tmp_path), C360_MASTER_KEY=master_key, TOKEN="token-of-env"
    )

    def run(*arguments):
        return command_line.run("webhook", *arguments, cwd=tmp_path, environment=environment)

    return run


@pytest.fixture
def file(tmp_path):
    def write(content, name="given.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return write


def test_there_is_an_example_of_every_type_of_message(c360, session):
    c360("add", "acme", "https://127.0.0.1/x", "--allow-private", "--name", "all", "--topic", "c360-activation-events")
    types = session.column("SELECT type FROM c360.list_message_types()")

    shown = {kind: c360("render", "acme", "all", "--type", kind, "--json").stdout for kind in types}

    assert {kind: json.loads(json.loads(text)["body"])["type"] for kind, text in shown.items()} == {
        kind: kind for kind in types
    }


def test_a_type_of_another_topic_is_refused_with_that_topic(c360):
    refused = c360("add", "acme", "https://127.0.0.1/x", "--allow-private", "--type", "activation.requested")

    assert refused.returncode == 1
    assert "U5420" in refused.stderr
    assert "--topic c360-activation-events" in refused.stderr


def test_a_preset_is_listed_and_shown(c360):
    listed = json.loads(c360("presets", "--json").stdout)
    shown = json.loads(c360("preset", "zalo-oa", "--json").stdout)

    assert [preset["name"] for preset in listed] == [
        *("generic", "hubspot", "llm-agent", "salesforce", "slack", "twilio-sms", "web-push", "zalo-oa")
    ]
    assert shown["source"][0]["url"].startswith("https://developers.zalo.me/")
    assert "refresh_token" in c360("preset", "zalo-oa").stdout
    assert c360("preset", "nosuch").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--preset", "nosuch"], "c360 webhook presets"),
        (["--preset", "hubspot"], "--param token="),
        (["--preset", "hubspot", "--param", "token=pat-12345678", "--param", "nosuch=1"], "nosuch"),
        (["--preset", "hubspot", "--param", "token=a b"], "token"),
        (["--preset", "twilio-sms", "--param", "account_sid=AC1", "--param", "auth_token=12345678"], "account_sid"),
        (["https://a.example", "--param", "a=b"], "--param is for a preset"),
        (["https://a.example", "--header", "Host: b"], "Host"),
        (["https://a.example", "--header", "Authorization: Bearer x"], "--auth"),
        (["https://a.example", "--format", "xml"], "xml"),
        (["https://a.example", "--format", "template"], "template"),
        (["https://a.example", "--auth", "magic"], "bearer:TOKEN"),
        ([], "address"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_a_hint(c360, session, arguments, told):
    refused = c360("add", "acme", *arguments)

    assert refused.returncode == 2
    assert told in refused.stderr
    assert session.value("SELECT count(*) FROM c360.subscriptions") == 0


def test_a_template_that_fails_for_a_wanted_type_is_refused_with_that_type(c360, session, file):
    template = file({"email": "{{ data.profile.email | mandatory }}"})
    add = ("add", "acme", "https://127.0.0.1/x", "--allow-private", "--template", template, "--name", "it")

    refused = c360(*add)
    taken = c360(*add, "--type", "profile.updated")

    assert refused.returncode == 2
    assert "profile.erased" in refused.stderr
    assert taken.returncode == 0, taken.stderr


def test_a_message_of_ones_own_is_tried_instead_of_examples(c360, file):
    template = file({"zalo": "{{ data.profile.zalo | mandatory }}"}, "template.json")
    example = file({"type": "profile.updated", "data": {"profile": {"zalo": "17"}}}, "example.json")
    add = ("add", "acme", "https://127.0.0.1/x", "--allow-private", "--template", template, "--name", "it")

    assert c360(*add, "--type", "profile.updated").returncode == 2
    assert c360(*add, "--type", "profile.updated", "--example", example).returncode == 0
    rendered = json.loads(c360("render", "acme", "it", "--example", example, "--json").stdout)
    assert json.loads(rendered["body"]) == {"zalo": "17"}


def test_what_would_be_sent_is_shown_without_sending_and_without_secrets(c360, session, receiver):
    c360(
        *("add", "acme", receiver.url(), "--name", "it", "--format", "cloudevents_binary", "--allow-private"),
        *("--header", "X-Shop: {{ message.tenant }}", "--auth", "bearer:topsecret"),
    )

    shown = c360("render", "acme", "it", "--type", "profile.merged")

    assert shown.stdout.startswith(f"POST {receiver.url()}\n")
    assert "ce-type: profile.merged" in shown.stdout
    assert "x-shop: acme" in shown.stdout
    assert "topsecret" not in shown.stdout + c360("show", "acme", "it", "--json").stdout
    assert receiver.received == []
    assert "topsecret" not in str(session.rows("SELECT to_jsonb(kept.*) FROM c360.subscription_credentials AS kept"))


def test_a_dry_run_of_a_preset_stores_nothing(c360, session):
    dry = c360("add", "acme", "--preset", "hubspot", "--param", "token=pat-12345678", "--allow-private", "--dry-run")

    assert dry.returncode == 0, dry.stderr
    for table in ("subscriptions", "subscription_renderings", "subscription_credentials"):
        assert session.value(f"SELECT count(*) FROM c360.{table}") == 0


def test_a_change_reaches_running_relays(c360, session, receiver, publish, start_relay, wait_until, file):
    c360("add", "acme", receiver.url(), "--name", "it", "--allow-private", *RETRIES)
    start_relay()
    publish(1)
    receiver.wait_for(1)

    changed = c360("set-rendering", "acme", "it", "--template", file({"data": {"n": "{{ data.n }}", "is": "new"}}))

    assert changed.returncode == 0, changed.stderr
    numbers = iter(range(2, 10_000))

    def is_taken_up():
        publish(next(numbers))
        return receiver.received[-1].body["data"].get("is") == "new"

    wait_until(is_taken_up)
    assert session.value("SELECT count(*) FROM c360.delivery_attempts") == 0


def test_a_header_is_added_to_what_there_is(c360, file, session):
    template = file({"id": "{{ message.id }}"})
    c360("add", "acme", "https://127.0.0.1/x", "--allow-private", "--template", template, "--name", "it")

    c360("set-rendering", "acme", "it", "--header", "X-A: 1")
    kept = json.loads(c360("set-rendering", "acme", "it", "--header", "X-B: 2", "--dry-run").stdout or "null")

    assert kept is None
    rendering = session.value("SELECT rendering FROM c360.subscription_renderings")
    assert (rendering["format"], rendering["headers"]) == ("template", {"X-A": "1"})


class Echo(Provider):
    """Keeps the headers of what it takes."""

    def take(self, request):
        self.accepted.append(request.headers)
        return Reply(204)


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        ("bearer:token-1", "authorization", "Bearer token-1"),
        ("env:TOKEN_AUTH", "authorization", "Bearer token-of-env"),
        ("basic:mai:pa:ss", "authorization", "Basic bWFpOnBhOnNz"),
        ("header:X-Api-Key:k-1", "x-api-key", "k-1"),
    ],
)
def test_a_request_carries_its_credentials(
    command_line, database, master_key, tmp_path, publish, opened, start_relay, wait_until, auth, name, value
):
    environment = clean_environment(
        C360_DSN=database.dsn, C360_DATA_DIR=str(tmp_path), C360_MASTER_KEY=master_key, TOKEN_AUTH="bearer:token-of-env"
    )
    echo = opened(Echo())
    command_line.run(
        *("webhook", "add", "acme", f"{echo.origin}/x", "--name", "it", "--auth", auth, "--allow-private"),
        cwd=tmp_path,
        environment=environment,
    )
    tested = command_line.run("webhook", "test", "acme", "it", "--allow-private", cwd=tmp_path, environment=environment)
    start_relay()
    publish(1)
    wait_until(lambda: len(echo.accepted) == 2)

    assert tested.returncode == 0, tested.stderr
    assert [headers[name] for headers in echo.accepted] == [value, value]


def test_a_client_certificate_is_shown_to_those_who_ask(
    c360, publish, session, opened, start_relay, wait_until, tmp_path
):
    authority, clients = trustme.CA(), trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    clients.configure_trust(tls)
    tls.verify_mode = ssl.CERT_REQUIRED
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    own = clients.issue_cert("acme@c360.example")
    own.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    own.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    echo = opened(Echo(tls))
    certificate = ("--client-cert", str(tmp_path / "cert.pem"), "--client-key", str(tmp_path / "key.pem"))
    for name, arguments in (("with", certificate), ("without", ())):
        added = c360("add", "acme", f"{echo.origin}/{name}", "--name", name, *arguments, "--allow-private")
        assert added.returncode == 0, added.stderr
    start_relay(SSL_CERT_FILE=str(tmp_path / "ca.pem"))

    publish(1)

    wait_until(lambda: session.value("SELECT count(*) FROM c360.delivery_attempts"))
    wait_until(lambda: echo.accepted)
    assert {request.path for request in echo.requests} == {"/with"}
    assert "PRIVATE KEY" not in str(session.rows("SELECT to_jsonb(kept.*) FROM c360.subscription_credentials AS kept"))


def test_credentials_cannot_be_put_in_the_place_of_other_secrets(session, subscribe, keyring):
    made = subscribe()
    set_credentials(session.connection, keyring, "acme", "hooks", {"auth": {"kind": "bearer", "token": "t-1"}})
    sealed = Sealed(*session.row("SELECT key_id, nonce, ciphertext FROM c360.subscription_credentials"))

    assert Credentials.of(json.loads(keyring.open(sealed, made.subscription_id, 1, CREDENTIALS))).kind == "bearer"
    with pytest.raises(SecretUnreadable):
        keyring.open(sealed, made.subscription_id, 1)


def test_of_two_changes_at_once_one_is_refused(session, subscribe, keyring):
    subscribe()
    set_credentials(session.connection, keyring, "acme", "hooks", {"auth": {"kind": "bearer", "token": "t-1"}})

    with pytest.raises(psycopg.Error) as refused:
        session.call("c360.set_subscription_credentials", "acme", "hooks", 1, "k", b"0" * 12, b"x")

    assert refused.value.sqlstate == "U5412"
    set_credentials(session.connection, keyring, "acme", "hooks", {})
    assert read_shape(session.connection, "acme", "hooks").sealed is None
    assert session.rows("SELECT action FROM c360.audit_log WHERE action LIKE %s ORDER BY 1", "subscription_cred%") == [
        ("subscription_credentials.changed",),
        ("subscription_credentials.removed",),
    ]


class Spiteful(Provider):
    """Says what no database text can hold, where tokens are given."""

    def take(self, request):  # noqa: ARG002
        return Reply(400, {"error": "\0\ud800"})


def test_what_a_token_server_says_is_kept_whatever_it_is(
    session, subscribe, publish, keyring, opened, start_relay, wait_until
):
    provider = opened(Spiteful())
    subscribe()
    auth = {"kind": "oauth", "token_url": provider.origin, "grant": "client_credentials"}
    set_credentials(
        session.connection, keyring, "acme", "hooks", {"auth": {**auth, "client_id": "c", "client_secret": "s"}}
    )
    start_relay()

    publish(1)

    wait_until(lambda: session.value("SELECT count(*) FROM c360.dead_letters WHERE last_error = 'auth'"))


def test_a_number_of_thousands_of_digits_in_one_message_holds_up_no_other(
    session, subscribe, receiver, start_relay, wait_until
):
    subscribe(topics=["c360-behavioral-events"])
    template = {"event": "{{ data.event.event }}", "n": "{{ data.event.properties.n }}"}
    set_shape(session.connection, "acme", "hooks", {"format": "template", "template": template})
    for number, digits in enumerate(["7", "9" * 6_000, "8"]):
        event = f'"type": "track", "event": "E", "messageId": "m{number}", "userId": "u"'
        session.call("c360.ingest", "acme", f'{{"batch": [{{{event}, "properties": {{"n": {digits}}}}}]}}', "web")
    start_relay()

    wait_until(lambda: session.value("SELECT count(*) FROM c360.delivery_attempts WHERE error = 'template'"))
    wait_until(lambda: len(receiver.received) == 2)
    assert sorted(request.body["n"] for request in receiver.received) == [7, 8]


@pytest.mark.parametrize(
    "rendering", [{}, {"format": "xml"}, {"format": "template"}, {"format": "raw", "template": {}}, []]
)
def test_sql_refuses_a_rendering_that_cannot_be(session, subscribe, rendering):
    subscribe()

    with pytest.raises(psycopg.Error) as refused:
        session.call("c360.set_subscription_rendering", "acme", "hooks", json.dumps(rendering))

    assert refused.value.sqlstate == "U5460"


@pytest.mark.parametrize(
    "rendering",
    [
        '{"format": "template", "template": {"a": "{% include \'x\' %}"}}',
        '{"format": "template", "template": {"a": "{{ \'%00\' | url_decode | date }}"}}',
        '{"format": "raw", "headers": ["x-a"]}',
        '{"format": "raw", "answers": [null]}',
        '{"format": "raw", "params": {"n": 1' + 5_000 * "0" + "}}",
        '{"format": "raw", "params": {"n": ' + 3_000 * "[" + 3_000 * "]" + "}}",
    ],
    ids=["liquid", "nul", "headers", "answers", "number", "depth"],
)
def test_a_rendering_written_by_hand_that_cannot_be_compiled_sends_nothing(
    session, subscribe, publish, receiver, start_relay, wait_until, rendering
):
    subscribe()
    session.call("c360.set_subscription_rendering", "acme", "hooks", rendering)
    start_relay()

    publish(1)

    wait_until(lambda: session.value("SELECT count(*) FROM c360.delivery_attempts WHERE error = 'template'"))
    assert receiver.received == []
    assert set_shape(session.connection, "acme", "hooks", {"format": "raw"}) == 2
    assert set_shape(session.connection, "acme", "hooks", {"format": "raw"}) == 2
