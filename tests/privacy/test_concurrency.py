"""An erasure while others work on the same person: whoever commits last, nothing of the person is there afterwards."""

import psycopg
import pytest

from support.canaries import Canary, found_in_tables
from support.observations import observe, partition, resolve


@pytest.fixture
def mai(connect):
    """A resolved person and a bystander, committed."""
    canary = Canary("mai9")
    with_setup = connect()
    observe(with_setup, user_id="bystander", traits={"firstName": "By"})
    with_setup.call("c360.ingest", "acme", canary.events()[:2])
    resolve(with_setup)
    with_setup.commit()
    return canary


def erase(session, canary):
    answer = session.call("c360.erase_profile", "acme", "user_id", canary.user_id, "case 17")
    session.commit()
    return answer


def new_event(canary):
    return {"type": "identify", "messageId": "late", "userId": canary.user_id, "traits": {"city": canary("city")}}


def test_an_event_that_is_being_recorded_goes_with_the_person(connect, mai, in_background, wait_until_blocked):
    shop, officer = connect(), connect()
    shop.call("c360.ingest", "acme", [new_event(mai), *mai.events()[1:2]])

    waiting = in_background(erase, officer, mai)
    wait_until_blocked(officer)
    shop.commit()

    assert waiting.result()["tables"]["cdp_behavioral_events"] == 3
    assert found_in_tables(shop, mai.words()) == {}


def test_an_event_that_comes_during_the_erasure_is_refused(connect, mai, in_background, wait_until_blocked):
    shop, officer = connect(), connect()
    officer.call("c360.erase_profile", "acme", "user_id", mai.user_id, "case 17")

    # A retry, something new, and somebody else.
    batch = [
        *mai.events()[:2],
        new_event(mai),
        {"type": "track", "event": "x", "messageId": "m", "userId": "bystander"},
    ]
    waiting = in_background(shop.call, "c360.ingest", "acme", batch)
    wait_until_blocked(shop)
    officer.commit()
    answer = waiting.result()
    shop.commit()

    assert (answer["accepted"], answer["duplicates"]) == (2, 2)
    assert shop.column("SELECT message_id FROM tenant_acme.cdp_behavioral_events") == ["m"]
    assert found_in_tables(shop, mai.words()) == {}


def test_ingest_of_others_does_not_wait_for_each_other(connect, mai):
    first, second = connect(), connect()
    first.call("c360.ingest", "acme", [{"type": "track", "event": "x", "userId": "one"}])

    assert second.call("c360.ingest", "acme", [{"type": "track", "event": "x", "userId": "two"}])["accepted"] == 1


def test_a_transaction_with_an_older_snapshot_is_refused(connect, mai):
    shop, officer = connect(), connect()
    shop.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    assert shop.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles") > 0

    erase(officer, mai)

    with pytest.raises(psycopg.errors.SerializationFailure):
        shop.call("c360.ingest", "acme", [new_event(mai)])
    shop.rollback()
    assert found_in_tables(shop, mai.words()) == {}


def test_an_erasure_that_could_not_see_everything_is_refused(connect, mai):
    officer = connect()
    officer.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")

    with pytest.raises(psycopg.Error) as refused:
        erase(officer, mai)

    assert refused.value.sqlstate == "U2505"


def test_an_import_under_way_goes_with_the_person(connect, mai, in_background, wait_until_blocked):
    clerk, officer = connect(), connect()
    take_file(clerk, mai)

    waiting = in_background(erase, officer, mai)
    wait_until_blocked(officer)
    clerk.commit()

    assert waiting.result()["tables"]["cdp_import_records"] == 1
    clerk.execute("DROP TABLE crm.people")
    assert found_in_tables(clerk, mai.words()) == {}
    assert clerk.value("SELECT count(*) FROM tenant_acme.cdp_import_records") == 1


def test_an_import_that_comes_during_the_erasure_leaves_the_person_out(connect, mai, in_background, wait_until_blocked):
    clerk, officer = connect(), connect()
    officer.call("c360.erase_profile", "acme", "user_id", mai.user_id, "case 17")

    waiting = in_background(take_file, clerk, mai)
    wait_until_blocked(clerk)
    officer.commit()
    answer = waiting.result()
    clerk.execute("DROP TABLE crm.people")
    clerk.commit()

    assert (answer["new"], answer["suppressed"], answer["rejected"]) == (1, 1, 0)
    assert found_in_tables(clerk, mai.words()) == {}
    resolve(clerk)
    assert found_in_tables(clerk, mai.words()) == {}


def test_an_erasure_waits_for_the_resolver_and_takes_what_it_made(connect, mai, in_background, wait_until_blocked):
    worker, officer = connect(), connect()
    worker.call("c360.ingest", "acme", [new_event(mai)])
    worker.commit()
    worker.call("c360.resolve_identities", "acme")

    waiting = in_background(erase, officer, mai)
    wait_until_blocked(officer)
    worker.commit()

    waiting.result()
    assert found_in_tables(worker, mai.words()) == {}
    assert len(partition(worker)) == 1


def test_the_resolver_leaves_an_erasure_alone(connect, mai):
    worker, officer = connect(), connect()
    worker.call("c360.ingest", "acme", [new_event(mai)])
    worker.commit()
    officer.call("c360.erase_profile", "acme", "user_id", mai.user_id, "case 17")

    assert worker.call("c360.resolve_identities", "acme")["busy"]
    officer.commit()
    worker.commit()

    resolve(worker)
    assert found_in_tables(worker, mai.words()) == {}


def test_what_waits_for_the_resolver_goes_too_whatever_ties_it(connect, mai):
    """A new e-mail address is known by the user id beside it, and by the address what has only that."""
    shop, officer = connect(), connect()
    observe(shop, user_id=mai.user_id, email=mai.email.replace("@", "2@"))
    observe(shop, email=mai.email.replace("@", "2@"), traits={"city": mai("city")})
    shop.commit()

    erase(officer, mai)

    assert found_in_tables(shop, mai.words()) == {}
    assert shop.call(
        "c360.ingest",
        "acme",
        [{**new_event(mai), "userId": "other", "traits": {"email": mai.email.replace("@", "2@")}}],
    )
    assert found_in_tables(shop, mai.words()) == {}


def test_an_erasure_gives_up_when_recording_does_not_end(connect, mai):
    shop, officer = connect(), connect()
    shop.call("c360.ingest", "acme", [new_event(mai)])

    with pytest.raises(psycopg.Error) as busy:
        erase(officer, mai)

    assert busy.value.sqlstate == "U2503"


def test_an_erasure_waits_for_scores_and_takes_what_was_told_of_them(connect, mai, in_background, wait_until_blocked):
    worker, officer = connect(), connect()
    worker.call("c360.refresh_scores", "acme")
    profile_id = worker.call("c360.profile", "acme", "user_id", mai.user_id)["profile_id"]

    waiting = in_background(erase, officer, mai)
    wait_until_blocked(officer)
    worker.commit()
    waiting.result()

    assert worker.rows("SELECT type FROM c360.messages WHERE key = %s AND type LIKE 'score.%%'", profile_id) == []
    assert worker.value("SELECT count(*) FROM tenant_acme.cdp_profile_metrics") == 1


def take_file(session, canary):
    session.execute("CREATE SCHEMA IF NOT EXISTS crm")
    session.execute("CREATE TABLE crm.people (id text, email text, hobby text)")
    session.execute(
        "INSERT INTO crm.people VALUES (%s, %s, %s), ('7', 'other@shop.vn', 'chess')",
        *(canary("importkey"), canary.email, canary("importvalue")),
    )
    return session.call(
        "tenant_acme.import_raw_profiles", "crm.people", {"hobby": "traits.hobby"}, p_source="crm", p_key="id"
    )
