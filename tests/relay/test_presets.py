"""Each preset, from the command that adds it to a server that answers as the provider documents, by a real relay."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from c360.relay.presets import list_presets
from c360.relay.webpush import Vapid
from support.command_line import clean_environment
from support.providers import Provider, agent, hubspot, salesforce, slack, twilio, webpush, zalo

PERSON = {"email": "mai@example.com", "first_name": "Mai", "last_name": "Nguyễn", "phone_number": "+84901234567"}
VAPID_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RETRIES = [part for seconds in ("0", "0.1", "0.1", "0.1") for part in ("--retry", seconds)]


def profile(**changes):
    return "profile.updated", {"profile_id": "p1", "version": 2, "changed": ["email"], "profile": {**PERSON, **changes}}


def activation(channel, text="Chào chị Mai", expires_at="2999-01-01T00:00:00Z", **attributes):
    data = {"profile_id": "p1", "channel": channel, "purpose": "service", "expires_at": expires_at}
    return "activation.requested", {**data, "attributes": attributes, "data": {"text": text}}


def push(subscription):
    keys = subscription["keys"]
    return activation(
        "webpush", push_endpoint=subscription["endpoint"], push_p256dh=keys["p256dh"], push_auth=keys["auth"]
    )


@dataclass(frozen=True)
class Case:
    """How a preset is tried: `good` is taken, `bad` is refused, `taken` is what the provider understood."""

    preset: str
    provider: Callable[[], Provider]
    arguments: Callable[[Any], list[str]]
    good: Callable[[Any], tuple[str, dict[str, Any]]]
    bad: Callable[[Any], tuple[str, dict[str, Any]]] | None
    taken: Any
    refusal: str = "refused"
    unauthorised: int | None = 401
    environment: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.preset


def given(**values):
    return [part for name, value in values.items() for part in ("--param", f"{name}={value}")]


CASES = [
    Case(
        "hubspot",
        hubspot.HubSpot,
        lambda at: [f"{at.origin}/crm/v3/objects/contacts/batch/upsert", *given(token="env:HUBSPOT_TOKEN")],
        lambda _: profile(),
        lambda _: profile(email="not an address"),
        lambda taken: (taken["id"], taken["properties"]["lastname"]) == ("mai@example.com", "Nguyễn"),
        environment={"HUBSPOT_TOKEN": hubspot.TOKEN},
    ),
    Case(
        "salesforce",
        salesforce.Salesforce,
        lambda at: given(
            instance=at.origin,
            client_id=salesforce.CLIENT[0],
            client_secret=salesforce.CLIENT[1],
            id_field="C360_Id__c",
        ),
        lambda _: profile(),
        lambda _: profile(email="not an address"),
        lambda taken: taken[0] == "p1" and taken[1]["Email"] == "mai@example.com",
    ),
    Case(
        "slack",
        slack.Slack,
        lambda at: [at.origin + slack.PATH, *given(text="{{ data.say | slack_escape }}")],
        lambda _: ("segment.entered", {"profile_id": "p1", "say": "a <b> & c"}),
        lambda _: ("segment.entered", {"profile_id": "p1"}),
        lambda taken: taken == "a &lt;b&gt; &amp; c",
        unauthorised=None,
    ),
    Case(
        "zalo-oa",
        zalo.Zalo,
        lambda at: [
            f"{at.origin}/v3.0/oa/message/cs",
            *given(
                app_id=zalo.APP[0],
                app_secret=zalo.APP[1],
                refresh_token=zalo.FIRST_REFRESH_TOKEN,
                token_url=f"{at.origin}/v4/oa/access_token",
            ),
        ],
        lambda _: activation("zalo", zalo_id=zalo.FOLLOWER),
        lambda _: activation("zalo", zalo_id="999"),
        lambda taken: taken == "Chào chị Mai",
    ),
    Case(
        "twilio-sms",
        twilio.Twilio,
        lambda at: [
            f"{at.origin}/2010-04-01/Accounts/{twilio.ACCOUNT}/Messages.json",
            *given(account_sid=twilio.ACCOUNT, auth_token=twilio.TOKEN, **{"from": "+15005550006"}),
        ],
        lambda _: activation("sms", phone_number="+84901234567"),
        lambda _: activation("sms", phone_number="0901"),
        lambda taken: taken == {"To": "+84901234567", "From": "+15005550006", "Body": "Chào chị Mai"},
    ),
    Case(
        "web-push",
        webpush.PushService,
        lambda at: [
            f"{at.origin}/",
            *given(vapid_private_key=VAPID_KEY, subject="mailto:ops@acme.example", hosts="127.0.0.1"),
        ],
        lambda at: push(at.subscription()),
        lambda at: push(at.subscription("gone")),
        lambda taken: taken["body"] == "Chào chị Mai",
    ),
    Case(
        "llm-agent",
        agent.Agent,
        lambda at: [f"{at.origin}/tasks", *given(token=agent.TOKEN)],
        lambda _: ("segment.entered", {"profile_id": "p1", "segment": "regulars", "reason": "event"}),
        lambda _: ("activation.requested", {"profile_id": "p1", "purpose": "Not A Purpose"}),
        lambda taken: taken["context"] == {"segment": "regulars", "reason": "event"} and taken["purpose"] == "service",
    ),
]


@pytest.fixture
def c360(command_line, database, master_key, tmp_path):
    def run(*arguments, **environment):
        surroundings = clean_environment(
            C360_DSN=database.dsn, C360_DATA_DIR=str(tmp_path), C360_MASTER_KEY=master_key, **environment
        )
        return command_line.run(*arguments, cwd=tmp_path, environment=surroundings)

    return run


@pytest.fixture
def say(session):
    """say(("profile.updated", {...})): publishes it, each time for another key."""
    count = iter(range(1_000))

    def publish(message):
        kind, data = message
        topic = "c360-updated-profiles" if kind.startswith("profile.") else "c360-activation-events"
        session.call("c360._publish", "acme", topic, kind, f"key-{next(count)}", data)

    return publish


@pytest.fixture
def attempts(session):
    return lambda: session.rows("SELECT error, status FROM c360.delivery_attempts ORDER BY attempt_id")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_preset_does_as_its_provider_documents(case, c360, say, attempts, session, opened, start_relay, wait_until):
    provider = opened(case.provider())
    provider.gone = {"/push/gone"}
    provider.application_key = Vapid(VAPID_KEY, "mailto:a@b.example").public_key
    added = c360(
        *("webhook", "add", "acme", *case.arguments(provider), "--preset", case.preset, "--name", "it"),
        *("--allow-private", *RETRIES),
        **case.environment,
    )
    assert added.returncode == 0, added.stderr
    provider.secret = added.stdout.strip()
    start_relay()

    say(case.good(provider))
    wait_until(lambda: len(provider.accepted) == 1)
    assert case.taken(provider.accepted[0])

    if case.unauthorised is not None:
        provider.takes_credentials = False
        say(case.good(provider))
        wait_until(lambda: ("status", case.unauthorised) in attempts())
        provider.takes_credentials = True
        # It comes with a later attempt, or it went with the last one.
        dead = "SELECT count(*) FROM c360.dead_letters"
        wait_until(lambda: len(provider.accepted) == 2 or session.value(dead) == 1)

    if case.bad is not None:
        say(case.bad(provider))
        wait_until(lambda: case.refusal in [error for error, _ in attempts()])
        wait_until(
            lambda: session.value("SELECT count(*) FROM c360.dead_letters WHERE last_error LIKE %s", case.refusal + "%")
        )

    provider.is_limited = True
    say(case.good(provider))
    wait_until(lambda: ("status", 429) in attempts())

    assert provider.forged == []
    assert getattr(provider, "leaked", []) == []
    # Nothing of a secret stands in what readers or administrators are shown.
    shown = c360("webhook", "show", "acme", "it", "--json").stdout + c360("webhook", "render", "acme", "it").stdout
    for secret in (hubspot.TOKEN, salesforce.CLIENT[1], zalo.APP[1], twilio.TOKEN, VAPID_KEY, agent.TOKEN):
        assert secret not in shown


def test_a_refresh_token_that_is_good_once_is_renewed_by_one_of_two_relays(
    c360, say, attempts, session, opened, start_relay, wait_until
):
    case = next(case for case in CASES if case.preset == "zalo-oa")
    provider = opened(zalo.Zalo())
    c360(
        *("webhook", "add", "acme", *case.arguments(provider), "--preset", "zalo-oa", "--name", "it"),
        *("--allow-private", "--unordered", *RETRIES),
    )
    start_relay()
    start_relay()
    for _ in range(40):
        say(case.good(provider))
    wait_until(lambda: len(provider.accepted) == 40)

    assert provider.tokens_given == 1
    assert session.value("SELECT version FROM c360.subscription_credentials") == 2

    # The provider ends it early: a relay that it worked for asks for a new one.
    provider.access_token = "ended"

    def is_renewed():
        say(case.good(provider))
        return provider.tokens_given == 2

    wait_until(is_renewed)
    assert set(attempts()) <= {("status", 401)}


def test_a_record_of_an_erased_person_is_deleted_at_salesforce_and_passed_over_at_slack(
    c360, say, session, opened, start_relay, wait_until, waiting
):
    erased = ("profile.erased", {"profile_id": "p1", "merged_profile_ids": [], "raw_profile_ids": [4], "mode": "erase"})
    sales = next(case for case in CASES if case.preset == "salesforce")
    crm, chat = opened(salesforce.Salesforce()), opened(slack.Slack())
    for name, arguments in (("salesforce", sales.arguments(crm)), ("slack", [chat.origin + slack.PATH])):
        topic = ("--topic", "c360-updated-profiles", "--type", "profile.*")
        added = c360(*("webhook", "add", "acme", *arguments, "--preset", name, *topic, "--allow-private", *RETRIES))
        assert added.returncode == 0, added.stderr
    start_relay()
    say(profile())
    wait_until(lambda: crm.records and chat.accepted)

    say(erased)

    wait_until(lambda: not crm.records)
    wait_until(lambda: waiting() == 0)
    assert len(chat.accepted) == 1
    assert session.value("SELECT count(*) FROM c360.delivery_attempts") == 0


def test_a_template_that_fails_sends_nothing_and_is_kept_with_its_reason(
    c360, say, session, receiver, start_relay, wait_until, tmp_path
):
    template = tmp_path / "template.json"
    template.write_text(json.dumps({"to": "{{ data.profile.email | mandatory }}", "data": {"n": 1}}))
    added = c360(
        *("webhook", "add", "acme", receiver.url(), "--name", "it", "--type", "profile.updated"),
        *("--template", str(template), "--header", "X-Shop: acme", "--allow-private", *RETRIES),
    )
    assert added.returncode == 0, added.stderr
    start_relay()

    say(("profile.updated", {"profile_id": "p1", "profile": {}}))
    wait_until(lambda: session.value("SELECT count(*) FROM c360.dead_letters WHERE last_error = 'template'") == 1)
    say(profile())
    (received,) = receiver.wait_for(1)

    assert received.body["to"] == "mai@example.com"
    assert "data.profile.email" in session.value("SELECT answer FROM c360.delivery_attempts LIMIT 1")


def test_activations_for_other_channels_are_passed_over_and_late_ones_are_not_sent(
    c360, say, attempts, session, opened, start_relay, wait_until, waiting
):
    case = next(case for case in CASES if case.preset == "twilio-sms")
    provider = opened(twilio.Twilio())
    c360(
        *("webhook", "add", "acme", *case.arguments(provider), "--preset", "twilio-sms", "--name", "it"),
        *("--allow-private", *RETRIES),
    )
    start_relay()

    say(activation("zalo", phone_number="+84901234567"))
    say(activation("sms", phone_number="+84901234567", expires_at="2026-01-01T00:00:00Z"))
    say(activation("sms", "in time", phone_number="+84901234567"))

    wait_until(lambda: provider.accepted)
    wait_until(lambda: session.value("SELECT count(*) FROM c360.dead_letters WHERE last_error LIKE 'refused%'") == 1)
    wait_until(lambda: waiting() == 0)
    assert [taken["Body"] for taken in provider.accepted] == ["in time"]
    assert len(provider.requests) == 1


def test_what_presets_send_of_a_golden_record_are_attributes_that_a_tenant_has(session):
    written = str([preset.shown() for preset in list_presets()])
    named = set(re.findall(r"data\.(?:profile|attributes)\.(\w+)", written))
    known = set(session.column("SELECT attribute FROM c360.profile_attributes WHERE tenant = 'acme'"))

    # Identities at a provider are attributes a tenant adds: docs/how-to/presets.
    assert "phone_number" in named
    assert named - known == {"zalo_id", "push_endpoint", "push_p256dh", "push_auth"}


@pytest.mark.parametrize("preset", list_presets(), ids=lambda preset: preset.name)
def test_a_preset_says_where_its_shape_is_from_and_what_it_needs(preset):
    assert preset.source
    assert all(entry["url"] and entry["read"] for entry in preset.source)
    assert preset.about.endswith(".")
    assert all(parameter.about for parameter in preset.parameters)
