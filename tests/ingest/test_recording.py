"""Events become rows: once each, with their observation, activity, queue row and message."""

from __future__ import annotations

import pytest

from support.events import event_count, identify, ingest, page, track


def test_an_event_is_recorded_with_everything_that_follows_from_it(db):
    db.call("tenant_acme.create_topic_consumer", "c360-id-resolution", "crm")
    answer = ingest(db, {"type": "track", "event": "Signed Up", "messageId": "m1", "userId": "u1"})

    assert answer == {"accepted": 1, "duplicates": 0, "rejected": []}
    [event] = db.records("SELECT * FROM tenant_acme.cdp_behavioral_events")
    [raw] = db.records("SELECT * FROM tenant_acme.cdp_raw_profiles")
    assert (event["type"], event["event_name"], event["raw_profile_id"]) == (
        "track",
        "Signed Up",
        raw["raw_profile_id"],
    )
    assert (raw["source"], raw["identifiers"], raw["traits"]) == ("web", {"user_id": "u1"}, {})
    assert db.rows("SELECT raw_profile_id, event_name, event_count FROM tenant_acme.cdp_activity") == [
        (raw["raw_profile_id"], "Signed Up", 1)
    ]
    assert db.rows("SELECT raw_profile_id, needs_rebuild FROM tenant_acme.cdp_resolution_queue") == [
        (raw["raw_profile_id"], True)
    ]
    assert db.column("SELECT body::jsonb -> 'data' FROM c360.messages WHERE type = 'observations.queued'") == [
        {"count": 1}
    ]


def test_the_same_content_is_one_observation_however_often_it_is_sent(db):
    ingest(db, page("m1"), page("m2"), track("Viewed", "m3"))
    ingest(db, page("m4"))

    assert db.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles") == 1
    assert db.rows("SELECT event_name, event_count FROM tenant_acme.cdp_activity ORDER BY 1") == [
        ("Viewed", 1),
        ("page", 3),
    ]


def test_an_observation_from_another_source_is_another_one(db):
    ingest(db, page("m1"), source="web")
    ingest(db, page("m1"), source="app")

    assert db.column("SELECT source FROM tenant_acme.cdp_raw_profiles ORDER BY 1") == ["app", "web"]
    assert event_count(db) == 2


def test_an_observation_is_found_again_whatever_it_says(db):
    for message_id in ("m1", "m2"):
        ingest(db, identify("ü1", message_id, name="Nguyễn Văn Đức \x1f", address={"city": "Huế"}, age=41.50))

    assert db.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles") == 1


def test_only_new_content_traits_and_purchases_ask_for_a_rebuild(db):
    ingest(db, page("m1"), identify("u1", "m2", email="a@example.com"))
    db.execute("DELETE FROM tenant_acme.cdp_resolution_queue")

    ingest(
        db,
        page("m3"),
        identify("u1", "m4", email="a@example.com"),
    )

    assert db.rows(
        """
        SELECT raw.identifiers, queue.needs_rebuild
        FROM tenant_acme.cdp_resolution_queue AS queue
        JOIN tenant_acme.cdp_raw_profiles AS raw USING (raw_profile_id)
        ORDER BY queue.needs_rebuild
        """
    ) == [({"anonymous_id": "a1"}, False), ({"user_id": "u1"}, True)]

    db.execute("DELETE FROM tenant_acme.cdp_resolution_queue")
    ingest(db, track("Order Completed", "m5", properties={"order_id": "o1", "total": 10, "currency": "USD"}))
    assert db.value("SELECT bool_or(needs_rebuild) FROM tenant_acme.cdp_resolution_queue")


def test_nothing_is_queued_or_published_when_nothing_is_new(db):
    ingest(db, page("m1"))
    before = db.value("SELECT count(*) FROM c360.messages")
    db.execute("DELETE FROM tenant_acme.cdp_resolution_queue")

    assert ingest(db, page("m1"), {"type": "page"})["duplicates"] == 1

    assert db.value("SELECT count(*) FROM c360.messages") == before
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue") == 0


def test_identifiers_are_taken_from_every_place_segment_knows(db):
    ingest(
        db,
        page(
            "m1",
            userId=42,
            context={
                "device": {"id": "d1"},
                "externalIds": [
                    {"type": "ios.idfa", "id": "X1"},
                    {"type": "zalo_uid:oa-1", "id": "Z1"},
                    {"type": "anonymous_id", "id": "a2"},
                    {"type": "???", "id": "no"},
                    {"id": "no"},
                    "no",
                ],
            },
        ),
    )

    assert db.column("SELECT identifiers FROM tenant_acme.cdp_raw_profiles") == [
        {
            "user_id": "42",
            "anonymous_id": ["a1", "a2"],
            "device_id": "d1",
            "ios_idfa": "X1",
            "zalo_uid:oa-1": "Z1",
        }
    ]


def test_alias_observes_both_identities_together(db):
    ingest(db, {"type": "alias", "previousId": "a9", "userId": "u9"})

    assert db.column("SELECT identifiers FROM tenant_acme.cdp_raw_profiles") == [
        {"anonymous_id": "a9", "previous_id": "a9", "user_id": "u9"}
    ]


@pytest.mark.parametrize(
    ("event", "traits"),
    [
        ({"type": "identify", "userId": "u", "traits": {"email": "a@b.co"}}, {"email": "a@b.co"}),
        ({"type": "page", "userId": "u", "context": {"traits": {"email": "a@b.co"}}}, {"email": "a@b.co"}),
        ({"type": "identify", "userId": "u", "context": {"traits": {"email": "a@b.co"}}}, {"email": "a@b.co"}),
        (
            {
                "type": "identify",
                "userId": "u",
                "traits": {"age": 3},
                "context": {"traits": {"age": 2, "email": "a@b.co"}},
            },
            {"age": 3, "email": "a@b.co"},
        ),
        ({"type": "group", "userId": "u", "groupId": "g", "traits": {"name": "Acme Ltd"}}, {}),
        ({"type": "identify", "userId": "u", "traits": None}, {}),
        ({"type": "identify", "userId": "u", "traits": "text"}, {}),
    ],
)
def test_traits_are_those_of_the_person(db, event, traits):
    ingest(db, event)

    assert db.column("SELECT traits FROM tenant_acme.cdp_raw_profiles") == [traits]


def test_what_the_batch_says_is_merged_into_each_event_and_the_events_own_words_win(db):
    ingest(
        db,
        page("m1", context={"ip": "203.0.113.0", "page": {"path": "/"}}),
        page("m2", context=None),
        page("m3"),
        context={"ip": "198.51.100.0", "locale": "vi"},
        integrations={"All": True},
        writeKey="secret",
    )

    payloads = db.column("SELECT payload FROM tenant_acme.cdp_behavioral_events ORDER BY event_id")
    assert [payload["context"] for payload in payloads] == [
        {"ip": "203.0.113.0", "locale": "vi", "page": {"path": "/"}},
        {"ip": "198.51.100.0", "locale": "vi"},
        {"ip": "198.51.100.0", "locale": "vi"},
    ]
    assert all(payload["integrations"] == {"All": True} for payload in payloads)


def test_a_write_key_inside_an_event_is_not_kept(db):
    ingest(db, page("m1", writeKey="c360_wk_secret"))

    assert not db.value("SELECT payload ? 'writeKey' FROM tenant_acme.cdp_behavioral_events")


@pytest.mark.parametrize("body", [page("m1"), [page("m1")], {"batch": [page("m1")]}])
def test_one_event_a_list_and_a_batch_are_all_understood(db, body):
    assert db.call("c360.ingest", "acme", body)["accepted"] == 1


@pytest.mark.parametrize("body", ["null", "7", '"text"', '{"batch": {}}', "true"])
def test_what_is_no_set_of_events_is_refused_as_a_whole(db, refused, body):
    with refused("U1002"):
        db.value("SELECT c360.ingest('acme', %s::jsonb)", body)


def test_an_empty_batch_is_fine(db):
    assert ingest(db) == {"accepted": 0, "duplicates": 0, "rejected": []}


def test_a_suspended_tenant_takes_nothing(db, refused):
    db.execute("UPDATE c360.tenants SET status = 'suspended', suspended_at = now() WHERE tenant = 'acme'")

    with refused("U4423"):
        ingest(db, page("m1"))


def test_the_callers_search_path_and_settings_come_back(db):
    db.execute("SET search_path = public")

    ingest(db, page("m1"))

    assert db.value("SHOW search_path") == "public"
    assert db.value("SHOW enable_seqscan") == "on"
    assert not db.value("SELECT current_setting('c360.internal_write', true)")


def test_events_are_published_only_for_tenants_where_somebody_wants_them(db):
    recorded = (
        "SELECT body::jsonb #>> '{data,message_id}' FROM c360.messages WHERE type = 'event.recorded' ORDER BY seq"
    )
    ingest(db, page("m1"))
    assert db.column(recorded) == []

    db.execute(
        """
        INSERT INTO c360.subscriptions (subscription_id, tenant, name, url, topics)
        VALUES (gen_random_uuid(), 'acme', 'lake', 'https://lake.example/', '{c360-behavioral-events}')
        """
    )
    ingest(db, page("m1"), page("m2"), page("m3"))

    assert db.column(recorded) == ["m2", "m3"]
