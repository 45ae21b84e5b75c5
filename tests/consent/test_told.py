"""consent.changed: whoever follows consents hears of each change once, and nobody pays for it who does not."""

from __future__ import annotations

import json

import pytest

from c360.governance.tenants import as_owner
from support.events import ingest, track
from support.observations import resolve

DAY = "2026-05-0{}T10:00:00Z"


@pytest.fixture
def told(shop):
    """told(): what messages say since it was asked last, after the worker has been here."""
    seen = []

    def read():
        resolve(shop)
        while shop.call("c360.refresh_profiles", "acme")["has_more"]:
            pass
        with as_owner(shop.connection):
            bodies = shop.column("SELECT body FROM c360.messages WHERE type = 'consent.changed' ORDER BY seq")
        data = [json.loads(body)["data"] for body in bodies]
        new = data[len(seen) :]
        seen[:] = data
        return [(entry["purpose"], entry["state"], entry.get("before"), entry["is_allowed"]) for entry in new]

    return read


@pytest.fixture
def follow(shop):
    """follow(): somebody reads the topic from now on."""

    def make():
        shop.call("c360.create_topic_consumer", "acme", "c360-updated-profiles", "crm")

    return make


def test_each_change_is_told_once_with_what_was_before(shop, say, told, follow):
    follow()
    say(shop, "u1", DAY.format(1), marketing=True)
    assert told() == [("marketing", "granted", None, True)]
    say(shop, "u1", DAY.format(2), marketing=True, service=False)
    assert told() == [("service", "denied", None, False)]
    shop.call("c360.set_consent", "acme", "user_id", "u1", "marketing", False)
    assert told() == [("marketing", "denied", "granted", False)]
    shop.call("c360.set_consent", "acme", "user_id", "u1", "marketing", True, "by telephone", p_dry_run=True)
    assert told() == []


def test_a_merge_with_somebody_who_objects_is_told_and_so_is_the_split(shop, say, told, follow):
    follow()
    say(shop, "u1", DAY.format(1), marketing=True)
    say(shop, "u2", DAY.format(2), marketing=False)
    assert len(told()) == 2
    one, other = (shop.call("c360.profile", "acme", "user_id", who)["profile_id"] for who in ("u1", "u2"))
    shop.call("c360.merge_profiles", "acme", one, other, "same")
    assert told() == [("marketing", "denied", "granted", False)]
    shop.call("c360.split_profile", "acme", one, None, "user_id", "u2", "not the same")

    assert ("marketing", "granted", "denied", True) in told()


def test_nothing_is_told_or_kept_while_nobody_wants_it(shop, say, told):
    say(shop, "u1", DAY.format(1), marketing=True)
    assert told() == []
    assert shop.value("SELECT count(*) FROM tenant_acme.cdp_consent_told") == 0


@pytest.mark.parametrize(
    ("types", "is_wanted"),
    [
        ([], True),
        (["consent.changed"], True),
        (["consent.*"], True),
        (["profile.updated"], False),
        (["profile.*"], False),
    ],
)
def test_a_webhook_for_other_types_does_not_want_it(shop, types, is_wanted):
    with as_owner(shop.connection):
        shop.execute(
            "INSERT INTO c360.subscriptions (subscription_id, tenant, name, url, topics, types)"
            " VALUES (gen_random_uuid(), 'acme', 'crm', 'https://crm.example', '{c360-updated-profiles}', %s)",
            types,
        )
        assert (
            shop.value("SELECT c360._type_is_wanted('acme', 'c360-updated-profiles', 'consent.changed')") is is_wanted
        )


def test_a_no_that_is_nobodys_yet_counts_for_whoever_it_names_until_it_is_resolved(shop, say):
    say(shop, "u1", DAY.format(1), traits={"email": "An@shop.vn"}, marketing=True)
    say(shop, "u2", DAY.format(1), traits={"email": "binh@shop.vn"}, marketing=True)
    ids = [shop.call("c360.profile", "acme", "user_id", who)["profile_id"] for who in ("u1", "u2")]
    context = {"consent": {"categoryPreferences": {"marketing": False}}, "traits": {"email": "an@shop.vn"}}
    ingest(shop, track("Unsubscribed", "m9", timestamp=DAY.format(2), context=context, anonymousId="new-cookie"))

    def may_send(purpose="marketing"):
        with as_owner(shop.connection):
            return [str(one) for one in shop.value("SELECT c360._may_send('acme', %s, %s::uuid[])", purpose, ids)]

    assert may_send() == [ids[1]]
    assert set(may_send("service")) == set(ids)
    resolve(shop)
    shop.call("c360.refresh_profiles", "acme")
    assert shop.value("SELECT count(*) FROM tenant_acme.cdp_consent_objections") == 0


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ({"phone": "+84 901 234 567"}, {"phone": "+84901234567"}),
        ({"phone": "(415) 823-0199"}, {"mobile": "+1 415 823 0199"}),
        ({"email": " An@SHOP.vn "}, {"email": "an@shop.vn"}),
    ],
)
def test_a_no_that_is_nobodys_yet_counts_however_the_number_is_written(shop, say, said, known):
    say(shop, "u1", DAY.format(1), traits=known, marketing=True)
    ids = [shop.call("c360.profile", "acme", "user_id", "u1")["profile_id"]]
    context = {"consent": {"categoryPreferences": {"marketing": False}}, "traits": said}
    ingest(shop, track("Unsubscribed", "m9", timestamp=DAY.format(2), context=context, anonymousId="new-cookie"))

    with as_owner(shop.connection):
        assert shop.value("SELECT c360._may_send('acme', 'marketing', %s::uuid[])", ids) == []
    (held,) = shop.call_rows("c360.consent_state", "acme", ids, "marketing")
    assert (held["is_allowed"], held["state"]) == (False, "denied")
