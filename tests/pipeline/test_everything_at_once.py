"""Senders, resolvers, people who edit and load, and a change of the tables, all at the same time: nobody gets an error,
nothing is lost, and the end is what the observations alone would give."""

from __future__ import annotations

import random
import threading

import pytest
from psycopg.types.json import Jsonb

from c360.governance import sync_tenant
from support.invariants import broken
from support.observations import observe, partition, resolve

GOLDEN = """
    SELECT array_agg(link.raw_profile_id ORDER BY link.raw_profile_id),
           profile.email, profile.secondary_emails, profile.phone_number, profile.user_id, profile.first_name,
           profile.city, profile.total_orders, profile.source_systems, profile.anonymous_ids
    FROM tenant_acme.cdp_profile_links AS link
    JOIN tenant_acme.cdp_master_profiles AS profile USING (master_profile_id)
    GROUP BY profile.master_profile_id
    ORDER BY 1
"""
ORDER = {"type": "track", "event": "Order Completed"}


def some_events(chance: random.Random, batch: str) -> list[dict]:
    """Forty events of few people who share cookies, devices and addresses; some message ids come from other senders."""
    events = []
    for number in range(40):
        event = {"messageId": f"{batch}-{number}", "anonymousId": f"a{chance.randrange(90)}", "type": "page"}
        if chance.random() < 0.1:
            event["messageId"] = f"shared-{chance.randrange(50)}"
        if chance.random() < 0.4:
            event["userId"] = f"u{chance.randrange(30)}"
        if chance.random() < 0.3:
            email = f"m{chance.randrange(40)}@shop.vn"
            event |= {"type": "identify", "traits": {"email": email, "first_name": chance.choice("ABC")}}
        elif chance.random() < 0.3:
            event |= ORDER | {"properties": {"order_id": f"o{chance.randrange(90)}", "total": 5, "currency": "VND"}}
        if chance.random() < 0.2:
            event["context"] = {"device": {"id": f"d{chance.randrange(20)}"}}
        events.append(event)
    return events


def test_all_at_once_ends_as_the_observations_alone_would(connect, in_background):
    sending = threading.Event()
    sending.set()

    def send(sender: int) -> int:
        session, chance = connect(autocommit=True), random.Random(sender)
        batches = (some_events(chance, f"{sender}-{number}") for number in range(6))
        answers = [session.call("c360.ingest", "acme", Jsonb(events), "web") for events in batches]
        assert not any(answer["rejected"] for answer in answers)
        return sum(answer["accepted"] for answer in answers)

    def resolve_on() -> int:
        session, failed = connect(autocommit=True), 0
        while sending.is_set():
            failed += session.call("c360.resolve_identities", "acme", 100).get("failed", 0)
        return failed

    def edit() -> None:
        session, chance = connect(autocommit=True), random.Random(0)
        while sending.is_set():
            session.execute(
                "UPDATE tenant_acme.cdp_master_profiles SET occupation = %s WHERE first_name = %s",
                f"job {chance.random()}",
                chance.choice("ABC"),
            )

    def load() -> None:
        session = connect(autocommit=True)
        copy = "COPY tenant_acme.cdp_raw_profiles (source, identifiers, traits) FROM STDIN"
        for number in range(10):
            with session.connection.cursor() as cursor, cursor.copy(copy) as rows:
                for user in range(30):
                    rows.write_row(("crm", Jsonb({"user_id": f"u{user}"}), Jsonb({"city": f"c{number}"})))

    def change_tables() -> None:
        session = connect()
        session.execute(
            "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths)"
            " VALUES ('acme', 'shoe_size', 'text', '{shoe_size}')"
        )
        session.commit()
        sync_tenant(session.connection, "acme")
        session.commit()

    helpers = [in_background(work) for work in (resolve_on, resolve_on, edit, load, change_tables)]
    senders = [in_background(send, sender) for sender in range(4)]
    try:
        accepted = sum(sender.result(60) for sender in senders)
        helpers[3].result(60)
        helpers[4].result(60)
    finally:
        sending.clear()
    assert [helpers[0].result(60), helpers[1].result(60)] == [0, 0]
    helpers[2].result(60)
    db = connect()
    resolve(db)

    assert db.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events") == accepted
    assert broken(db) == {}
    assert (partition(db), db.rows(GOLDEN)) == replayed(db)


def replayed(db):
    """What a tenant that has never resolved anything would make of the same observations, in another order."""
    db.execute(
        "TRUNCATE tenant_acme.cdp_master_profiles, tenant_acme.cdp_profile_links, tenant_acme.cdp_raw_identifiers,"
        " tenant_acme.cdp_standard_profiles, tenant_acme.cdp_profile_history, tenant_acme.cdp_profile_merges,"
        " tenant_acme.cdp_profile_metrics, tenant_acme.cdp_attribute_overrides"
    )
    db.execute(
        "INSERT INTO tenant_acme.cdp_resolution_queue (raw_profile_id)"
        " SELECT raw_profile_id FROM tenant_acme.cdp_raw_profiles ORDER BY content_hash"
    )
    resolve(db, batch_size=333)
    return partition(db), db.rows(GOLDEN)


def test_an_edit_waits_for_the_batch_the_resolver_is_at(connect, in_background, wait_until_blocked):
    person, resolver = connect(), connect()
    observe(person, user_id="u1")
    resolve(person)
    person.commit()
    observe(resolver, user_id="u2")
    resolver.call("c360.resolve_identities", "acme")

    edit = in_background(person.execute, "UPDATE tenant_acme.cdp_master_profiles SET first_name = 'An'")
    wait_until_blocked(person)
    resolver.commit()

    assert edit.result(10) == 1


@pytest.mark.parametrize("first_name", ["An", None])
def test_the_resolver_is_busy_while_an_edit_is_open_and_other_edits_are_not(connect, first_name):
    one, other, resolver = connect(), connect(), connect(autocommit=True)
    raws = [observe(resolver, user_id="u1"), observe(resolver, user_id="u2")]
    resolve(resolver)
    edit = (
        "UPDATE tenant_acme.cdp_master_profiles SET first_name = %s, last_name = 'Trần'"
        " WHERE founding_raw_profile_id = %s"
    )
    one.execute(edit, first_name, raws[0])
    other.execute(edit, first_name, raws[1])

    assert resolver.call("c360.resolve_identities", "acme").get("busy")
    one.commit()
    other.commit()
    assert not resolver.call("c360.resolve_identities", "acme").get("busy")
