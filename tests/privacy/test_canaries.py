"""Of an erased person nothing is left anywhere; of another one everything is.

Both have a word of their own in every channel. Searched are all columns of all tables and a dump of the database.
"""

import base64
import secrets
from pathlib import Path

import pytest

from c360.governance import sync_tenant
from c360.relay.secrets import load_keyring
from c360.relay.webhooks import add_webhook
from support.canaries import CHANNELS, Canary, answer_deliveries, found_in_dump, found_in_tables, plant
from support.observations import observe, resolve


@pytest.fixture
def webhooks(session):
    keyring = load_keyring(Path("/nowhere"), master_key=base64.b64encode(secrets.token_bytes(32)).decode())
    for name, schedule in (("retries", [0, 3600]), ("gives-up", [0])):
        add_webhook(
            session.connection,
            keyring,
            "acme",
            f"http://127.0.0.1/{name}",
            name=name,
            options={"retry_schedule": schedule, "lane_count": 1, "max_in_flight": 8},
            allow_private=True,
            topics=["c360-updated-profiles", "c360-behavioral-events"],
        )


@pytest.fixture
def session(connect):
    return connect(autocommit=True)


@pytest.fixture
def people(session, webhooks):
    stranger = observe(session, user_id="stranger", traits={"firstName": "Stranger"})
    resolve(session)
    gone, stays = Canary("alfa1"), Canary("bravo2")
    for canary in (gone, stays):
        plant(session, canary, stranger)
    answer_deliveries(session, gone, stays)
    return gone, stays


@pytest.mark.parametrize("mode", ["erase", "anonymise"])
def test_nothing_of_an_erased_person_is_found_and_everything_of_another_one(session, database, server, people, mode):
    gone, stays = people
    assert len(CHANNELS) >= 40
    assert set(found_in_tables(session, gone.words() | stays.words())) == gone.words() | stays.words()
    fingerprints = {
        bytes(content_hash).hex()
        for (content_hash,) in session.rows(
            "SELECT content_hash FROM tenant_acme.cdp_raw_profiles WHERE traits::text || identifiers::text LIKE %s",
            f"%{gone.name}%",
        )
    }

    answer = session.call("c360.erase_profile", "acme", "email", gone.email, "case 17", mode)

    assert answer["needs_sync"]
    sync_tenant(session.connection, "acme")
    words = gone.words() | {gone.email}
    assert found_in_tables(session, words | fingerprints) == {}
    assert set(found_in_tables(session, stays.words())) == stays.words()
    assert found_in_dump(server, database.name, words | fingerprints | stays.words()) == stays.words()


def test_resolving_after_an_erasure_brings_nothing_back(session, people):
    gone, stays = people
    session.call("c360.erase_profile", "acme", "user_id", gone.user_id, "case 17")

    session.call("c360.ingest", "acme", gone.events()[:2])
    resolve(session)

    assert found_in_tables(session, gone.words()) == {}
    assert set(found_in_tables(session, stays.words())) == stays.words()


def test_a_dry_run_names_the_tables_and_changes_nothing(session, people):
    gone, stays = people

    dry = session.call("c360.erase_profile", "acme", "email", gone.email, "case 17", p_dry_run=True)

    assert set(found_in_tables(session, gone.words() | stays.words())) == gone.words() | stays.words()
    assert session.call_rows("c360.erasures", "acme") == []
    real = session.call("c360.erase_profile", "acme", "email", gone.email, "case 17")
    assert dry["tables"] == real["tables"]
    assert (dry["dry_run"], dry["erasure_id"], real["dry_run"]) == (True, None, False)
