"""SET c360.messages: a load that is told as a summary or not at all. Everything else is as ever."""

from __future__ import annotations

import pytest

from c360.governance import sync_tenant
from support.events import identify, ingest, track
from support.observations import resolve

PROFILES = "c360-updated-profiles"
EVENTS = "c360-behavioral-events"
LOADED = [
    ("crm", '{"user_id": "u1"}', '{"email": "an@example.com"}'),
    ("crm", '{"user_id": "u2"}', '{"email": "binh@example.com"}'),
    ("crm", '{"user_id": "u3"}', '{"email": "an@example.com"}'),
]


def told(session, topic=PROFILES):
    return session.rows(
        "SELECT type, key, body::jsonb -> 'data' FROM c360.messages WHERE topic = %s AND tenant = 'acme' ORDER BY seq",
        topic,
    )


def types(session, topic=PROFILES):
    return sorted(row[0] for row in told(session, topic))


def copy_in(session, rows=LOADED):
    with (
        session.connection.cursor() as cursor,
        cursor.copy("COPY tenant_acme.cdp_raw_profiles (source, identifiers, traits) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def golden(session):
    return session.value("SELECT count(*) FROM tenant_acme.cdp_master_profiles WHERE status = 'active'")


def history(session):
    return session.value("SELECT count(*) FROM tenant_acme.cdp_profile_history")


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("off", []),
        ("summary", [("profiles.changed", "acme", {"created": 3, "updated": 0, "split": 0, "merged": 0})]),
    ],
)
def test_a_copy_is_told_as_its_session_says_though_another_one_resolves_it(connect, mode, expected):
    loading, worker = connect(), connect(autocommit=True)
    loading.execute(f"SET c360.messages = '{mode}'")
    copy_in(loading)
    loading.commit()

    resolve(worker)

    assert told(worker) == expected
    assert golden(worker) == 3
    assert history(worker) == 3


def test_without_the_setting_and_with_another_value_everything_is_told(connect):
    loading, worker = connect(), connect(autocommit=True)
    loading.execute("SET c360.messages = 'quiet please'")
    copy_in(loading)
    loading.commit()

    resolve(worker)

    assert types(worker) == ["profile.created"] * 3


def test_what_others_wrote_is_told_whoever_resolves_it(connect):
    """A session that wants quiet cannot silence the rows of others, nor is it disturbed by theirs."""
    loud, quiet = connect(autocommit=True), connect(autocommit=True)
    quiet.execute("SET c360.messages = 'off'")
    ingest(loud, identify("loud-1"))
    ingest(quiet, identify("quiet-1"))
    ingest(loud, identify("loud-2"))
    ingest(quiet, identify("quiet-2"))

    resolve(quiet)

    assert types(loud) == ["profile.created"] * 2
    assert golden(loud) == 4
    assert quiet.value("SELECT current_setting('c360.messages')") == "off"
    ingest(quiet, identify("quiet-3"))
    resolve(loud)
    assert types(loud) == ["profile.created"] * 2


@pytest.mark.parametrize(("mode", "expected"), [("off", []), ("summary", [("events.recorded", "acme", 2)])])
def test_events_are_told_as_the_session_says_and_kept_all_the_same(connect, mode, expected):
    session = connect(autocommit=True)
    session.call("tenant_acme.create_topic_consumer", EVENTS, "crm")
    session.execute(f"SET c360.messages = '{mode}'")

    ingest(session, track("Seen", "m1"), track("Seen", "m2"))

    assert [(kind, key, data["count"]) for kind, key, data in told(session, EVENTS)] == expected
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events") == 2
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue") == 1


def test_segments_are_told_in_one_message_where_the_session_asks_for_that(connect):
    session = connect(autocommit=True)
    session.call("c360.set_segment", "acme", "home", "city = 'Hue'")
    sync_tenant(session.connection, "acme")
    session.call("c360.refresh_segments", "acme")
    ingest(session, identify("u1", city="Hue"), identify("u2", city="Hue"))
    resolve(session)
    session.execute("SET c360.messages = 'summary'")

    session.call("c360.refresh_profiles", "acme")

    [(kind, _key, data)] = told(session, "c360-activation-events")
    assert (kind, data["segment"], data["entered"], data["left"]) == ("segment.changed", "home", 2, 0)


def test_erasures_and_metadata_are_told_whatever_the_session_says(connect):
    session = connect(autocommit=True)
    session.execute("SET c360.messages = 'off'")
    ingest(session, identify("u1"))
    resolve(session)
    before = session.value("SELECT count(*) FROM c360.audit_log")

    session.call("c360.erase_profile", "acme", "user_id", "u1", "case 17")
    session.execute("UPDATE c360.tenants SET display_name = 'Other' WHERE tenant = 'acme'")

    assert types(session) == ["profile.erased"]
    assert "metadata.changed" in types(session, "c360-synch-events")
    assert session.value("SELECT count(*) FROM c360.audit_log") >= before + 2


def test_an_ingest_nobody_listens_to_writes_no_message_and_wakes_the_resolver(connect):
    session, worker = connect(autocommit=True), connect(autocommit=True)
    topic = "c360-id-resolution"
    channel = worker.call("c360.bell_channel", "resolver")
    worker.execute(f'LISTEN "{channel}"')
    session.call("c360.await_bell", "resolver", True)

    ingest(session, identify("u1"))
    (bell,) = worker.connection.notifies(timeout=240, stop_after=1)
    session.call("tenant_acme.create_topic_consumer", topic, "crm")
    ingest(session, identify("u2"))

    assert bell.payload == "resolver"
    assert types(session, topic) == ["observations.queued"]


def test_a_topic_that_is_written_for_those_who_want_it_costs_nothing_where_nobody_does(connect):
    session = connect(autocommit=True)
    session.execute("UPDATE c360.topics SET is_always_written = false WHERE topic = %s", PROFILES)
    ingest(session, identify("u1"))
    resolve(session)
    before = types(session)
    session.call("tenant_acme.create_topic_consumer", PROFILES, "crm")
    ingest(session, identify("u2"))
    resolve(session)
    session.call("c360.erase_profile", "acme", "user_id", "u1", "case 17")

    assert before == []
    assert types(session) == ["profile.created", "profile.erased"]
