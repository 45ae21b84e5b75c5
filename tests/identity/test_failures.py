"""Something nobody foresaw makes a row fail: it is parked with its error, everything else goes on, nothing is lost."""

import psycopg
import pytest

from support.observations import master_of, messages, observe, partition, resolve

FAILURES = "SELECT * FROM tenant_acme.cdp_resolution_failures"


def refuse(db, *raws):
    """What a DBA might do to a table of the tenant."""
    db.execute(
        "ALTER TABLE tenant_acme.cdp_profile_links ADD CONSTRAINT refuse"
        f" CHECK (raw_profile_id NOT IN ({', '.join(map(str, raws))})) NOT VALID"
    )


def relent(db):
    db.execute("ALTER TABLE tenant_acme.cdp_profile_links DROP CONSTRAINT refuse")


def wait_an_hour(db):
    db.execute("UPDATE tenant_acme.cdp_resolution_failures SET retry_at = retry_at - interval '1 hour'")


def test_only_the_rows_that_fail_are_parked_and_the_others_are_resolved(db):
    raws = [observe(db, user_id=f"u{number}") for number in range(50)]
    refuse(db, raws[0], raws[17], raws[49])

    done = resolve(db)

    assert done["failed"] == 3
    assert done["linked"] == done["created"] == len(messages(db)) == 47
    failures = db.records(FAILURES + " ORDER BY raw_profile_id")
    assert [failure["raw_profile_id"] for failure in failures] == [raws[0], raws[17], raws[49]]
    assert {failure["code"] for failure in failures} == {"23514"}
    assert all("refuse" in failure["reason"] for failure in failures)


def test_a_failure_comes_back_by_itself_and_is_forgotten_when_it_succeeds(db):
    raw = observe(db, user_id="u1")
    refuse(db, raw)
    resolve(db)
    assert db.rows("SELECT * FROM c360.tenants_with_work()") == []

    wait_an_hour(db)
    assert db.rows("SELECT * FROM c360.tenants_with_work()") == [("acme",)]
    resolve(db)
    assert db.value("SELECT attempt_count FROM tenant_acme.cdp_resolution_failures") == 2

    relent(db)
    wait_an_hour(db)
    resolve(db)
    assert master_of(db, raw) is not None
    assert db.rows(FAILURES) == []


def test_a_parked_observation_joins_its_person_as_if_it_had_never_failed(db):
    bridge = observe(db, user_id="u1", email="a@shop.vn")
    others = {observe(db, user_id="u1"), observe(db, email="a@shop.vn")}
    refuse(db, bridge)
    resolve(db)
    assert len(partition(db)) == 2

    relent(db)
    assert db.call("c360.retry_resolution", "acme") == 1
    assert db.call("c360.retry_resolution", "acme") == 0
    resolve(db)

    assert partition(db) == {frozenset({bridge, *others})}


def test_more_of_a_parked_observation_waits_with_it_and_is_not_lost(db):
    raw = observe(db, user_id="u1")
    resolve(db)
    db.execute(
        "ALTER TABLE tenant_acme.cdp_profile_metrics ADD CONSTRAINT refuse CHECK (total_sessions IS NULL) NOT VALID"
    )
    db.execute(
        "INSERT INTO tenant_acme.cdp_activity VALUES (%s, 'Session Started', now(), now(), 1)",
        raw,
    )
    queue = "INSERT INTO tenant_acme.cdp_resolution_queue (raw_profile_id, needs_rebuild) VALUES (%s, %s)"
    db.execute(queue, raw, False)
    assert resolve(db)["failed"] == 1
    db.execute(queue, raw, True)
    assert "failed" not in {name for name, count in resolve(db).items() if count}

    assert db.row("SELECT needs_rebuild, attempt_count FROM tenant_acme.cdp_resolution_failures") == (True, 1)
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue") == 0


def test_an_edit_that_cannot_be_published_is_parked_as_an_edit(db):
    raw = observe(db, user_id="u1")
    resolve(db)
    db.execute("UPDATE tenant_acme.cdp_master_profiles SET first_name = 'An'")
    db.execute(
        "ALTER TABLE tenant_acme.cdp_profile_metrics ADD CONSTRAINT refuse CHECK (refreshed_at IS NULL) NOT VALID"
    )
    resolve(db)
    assert db.row("SELECT master_profile_id, is_edited FROM tenant_acme.cdp_resolution_failures") == (
        master_of(db, raw),
        True,
    )

    db.execute("ALTER TABLE tenant_acme.cdp_profile_metrics DROP CONSTRAINT refuse")
    db.call("c360.retry_resolution", "acme")
    resolve(db)
    assert [message["type"] for message in messages(db)] == ["profile.created", "profile.updated"]


def test_a_deferred_constraint_fails_its_row_and_not_the_commit(db):
    raws = [observe(db, user_id=f"u{number}") for number in range(3)]
    db.execute(
        "CREATE FUNCTION tenant_acme.refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'not this one' USING ERRCODE = '22000'; END $$"
    )
    db.execute(
        "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON tenant_acme.cdp_profile_links DEFERRABLE INITIALLY DEFERRED"
        f" FOR EACH ROW WHEN (NEW.raw_profile_id = {raws[1]}) EXECUTE FUNCTION tenant_acme.refuse()"
    )

    resolve(db)

    assert db.column("SELECT raw_profile_id FROM tenant_acme.cdp_resolution_failures") == [raws[1]]
    assert len(partition(db)) == 2


def test_when_everything_fails_nothing_is_parked(db):
    raws = [observe(db, user_id=f"u{number}") for number in range(30)]
    refuse(db, *raws)
    db.execute("SAVEPOINT before")

    with pytest.raises(psycopg.DatabaseError) as failed:
        resolve(db)
    db.execute("ROLLBACK TO SAVEPOINT before")

    assert failed.value.sqlstate == "U2401"
    assert db.rows(FAILURES) == []
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue") == 30


def test_an_error_that_is_nobodys_fault_is_not_blamed_on_a_row(db):
    observe(db, user_id="u1")
    db.execute(
        "CREATE FUNCTION tenant_acme.refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$"
    )
    db.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON tenant_acme.cdp_profile_links EXECUTE FUNCTION tenant_acme.refuse()"
    )
    db.execute("SAVEPOINT before")

    with pytest.raises(psycopg.errors.DeadlockDetected):
        resolve(db)
    db.execute("ROLLBACK TO SAVEPOINT before")

    assert db.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue") == 1


def test_failures_are_counted_where_people_look(db):
    refuse(db, observe(db, user_id="u1"))
    resolve(db)

    assert db.value("SELECT failures FROM c360.identity_status('acme')") == 1
    findings = [finding for finding in db.records("SELECT * FROM c360.doctor()") if "23514" in finding["finding"]]
    assert [finding["subject"] for finding in findings] == ["tenant acme"]
    assert "tenant_acme.retry_resolution()" in findings[0]["remedy"]
