"""`c360 doctor` finds what is broken on purpose, and only that."""

import json

import psycopg
import pytest

from c360.governance import sync_tenant
from c360.governance.tenants import as_owner


@pytest.fixture
def findings(c360):
    def examine(dsn):
        done = c360("doctor", "--json", "--dsn", dsn)
        assert done.stderr == ""
        return done.returncode, json.loads(done.stdout)

    return examine


def subjects(findings):
    return {(finding["level"], finding["subject"]) for finding in findings}


def test_a_database_without_c360_is_an_error_with_the_command_to_run(findings, empty_database):
    code, found = findings(empty_database.dsn)

    assert code == 1
    assert "c360 db install" in found[-1]["remedy"]


def test_a_fresh_installation_has_nothing_wrong_but_the_unsafe_settings_of_this_server(findings, database):
    code, found = findings(database.dsn)

    assert code == 1
    assert sorted(finding["finding"].split()[0] for finding in found if finding["subject"] != "log") == [
        "fsync",
        "full_page_writes",
    ]


def test_a_log_that_may_hold_values_is_found_and_the_remedy_ends_it(findings, database, server):
    _, found = findings(database.dsn)
    (log,) = [finding for finding in found if finding["subject"] == "log"]

    with server.admin(database.name) as admin:
        for statement in log["remedy"].partition(": ")[2].split(";")[:-1]:
            admin.execute(statement)
    _, after = findings(database.dsn)

    assert "log_min_error_statement = error" in log["finding"]
    assert [finding for finding in after if finding["subject"] == "log"] == []


def test_every_finding_says_what_to_do(findings, empty_database):
    _, found = findings(empty_database.dsn)

    assert found
    assert all(finding["remedy"] and finding["finding"] for finding in found)


def test_outdated_functions_are_found(findings, database, connect):
    session = connect()
    session.execute("UPDATE c360.repeatables SET sha256 = repeat('0', 64) WHERE path = 'procedures/ops/doctor.sql'")
    session.commit()

    code, found = findings(database.dsn)

    assert code == 1
    assert any("c360 db upgrade" in finding["remedy"] for finding in found)


def test_a_changed_migration_is_found(findings, database, connect):
    session = connect()
    session.execute("UPDATE c360.migrations SET sha256 = repeat('0', 64) WHERE migration = '0001_governance'")
    session.commit()

    _, found = findings(database.dsn)

    assert any("0001_governance" in finding["finding"] for finding in found)


def test_a_tenant_that_differs_from_its_metadata_is_found(findings, database, connect):
    session = connect()
    session.execute("DROP VIEW tenant_acme.cdp_profiles CASCADE")
    session.execute("DELETE FROM c360.tenant_releases WHERE tenant = 'acme' AND template LIKE '%cdp_profiles%'")
    session.commit()

    _, found = findings(database.dsn)

    assert ("warning", "tenant acme") in subjects(found)


def test_a_tenant_without_tables_is_an_error(findings, database, connect):
    session = connect()
    session.execute("DROP SCHEMA tenant_acme CASCADE")
    session.commit()

    _, found = findings(database.dsn)

    assert ("error", "tenant acme") in subjects(found)


def test_a_queue_nobody_works_on_is_found(db):
    db.execute(
        "WITH raw AS (INSERT INTO tenant_acme.cdp_raw_profiles (source) VALUES ('test')"
        " RETURNING raw_profile_id)"
        " INSERT INTO tenant_acme.cdp_resolution_queue (raw_profile_id) SELECT raw_profile_id FROM raw"
    )

    now = db.records("SELECT * FROM c360.doctor()")
    later = db.records("SELECT * FROM c360.doctor(clock_timestamp() + interval '1 hour')")

    assert ("warning", "tenant acme") not in subjects(now)
    assert ("warning", "tenant acme") in subjects(later)


def test_segments_that_are_broken_or_failed_are_found(db):
    conditions = {"good": "true", "odd": "no_such_column > 3", "dated": "city::date > date '2026-01-01'"}
    for name, condition in conditions.items():
        db.call("c360.set_segment", "acme", name, condition)
    sync_tenant(db.connection, "acme")
    with as_owner(db.connection):
        db.execute(
            "INSERT INTO tenant_acme.cdp_master_profiles (master_profile_id, city) VALUES (gen_random_uuid(), 'Hue')"
        )
    while db.call("c360.refresh_segments", "acme")["has_more"]:
        pass

    rows = [row for row in db.records("SELECT * FROM c360.doctor()") if row["subject"] == "tenant acme"]
    found = {row["finding"]: row["remedy"] for row in rows if row["finding"].startswith("Segment")}

    broken, failed = sorted(found, key=lambda finding: "failed" in finding)
    assert broken.startswith("Segment odd is broken")
    assert "c360 segment set acme odd" in found[broken]
    assert failed.startswith("Segment dated is failed")
    assert "c360 segment refresh acme" in found[failed]


def test_a_transaction_left_open_is_found(db, connect):
    forgotten = connect()
    forgotten.value("SELECT 1")

    found = db.records("SELECT * FROM c360.doctor(clock_timestamp() + interval '1 hour')")

    assert any(str(forgotten.pid) in finding["remedy"] for finding in found)


def test_messages_in_the_default_partition_are_found(db):
    db.execute(
        "INSERT INTO c360.messages (message_id, tenant, topic, type, key, body, created_at)"
        " VALUES (gen_random_uuid(), 'acme', 'c360-synch-events', 'metadata.changed', 'k', '{}',"
        " now() - interval '9 years')"
    )

    assert ("warning", "messages") in subjects(db.records("SELECT * FROM c360.doctor()"))


def test_the_doctor_of_a_whole_database_is_for_its_owner_alone(connect):
    reader = connect(user="c360_worker")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.rows("SELECT * FROM c360.doctor()")


def test_a_disabled_webhook_is_found(findings, database, connect):
    session = connect()
    subscription = session.value(
        """
        INSERT INTO c360.subscriptions (subscription_id, tenant, name, url, state, disabled_reason)
        VALUES (gen_random_uuid(), 'acme', 'crm', 'https://crm.example/hook', 'disabled', 'it answered 410')
        RETURNING subscription_id
        """
    )
    session.execute("INSERT INTO c360.subscription_states (subscription_id) VALUES (%s)", subscription)
    session.commit()

    code, found = findings(database.dsn)

    assert code == 1
    assert ("error", "webhook crm of tenant acme") in subjects(found)


def test_an_endpoint_behind_an_open_circuit_is_found(findings, database, connect):
    session = connect()
    subscription = session.value(
        """
        INSERT INTO c360.subscriptions (subscription_id, tenant, name, url)
        VALUES (gen_random_uuid(), 'acme', 'crm', 'https://crm.example/hook')
        RETURNING subscription_id
        """
    )
    session.execute(
        "INSERT INTO c360.subscription_states (subscription_id, circuit, last_error) VALUES (%s, 'open', 'connect')",
        subscription,
    )
    session.commit()

    _, found = findings(database.dsn)

    assert ("warning", "webhook crm of tenant acme") in subjects(found)


def test_whoever_holds_an_old_snapshot_is_named_with_process_application_and_age(connect):
    db, holder = connect(autocommit=True), connect()
    holder.execute("SET application_name = 'nightly report'")
    holder.commit()
    holder.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    holder.value("SELECT count(*) FROM c360.messages")

    def found(moment):
        query = f"SELECT finding, remedy FROM c360.doctor(clock_timestamp() + interval '{moment}')"
        return [row for row in db.rows(f"{query} WHERE subject = 'snapshots'") if "nightly report" in row[0]]

    early, late = found("5 minutes"), found("15 minutes")
    db.execute("SET c360.oldest_snapshot = '1 minute'")
    ((finding, remedy),) = found("5 minutes")
    holders = [row for row in db.call_rows("c360.snapshot_holders") if row["pid"] == holder.pid]
    holder.commit()

    assert (early, len(late)) == ([], 1)
    assert f"session {holder.pid} (nightly report of dba, idle in transaction)" in finding
    assert "transactions old" in finding
    assert f"pg_terminate_backend({holder.pid})" in remedy
    assert [(row["kind"], row["seconds"] >= 0) for row in holders] == [("session", True)]
    assert found("15 minutes") == []


def test_snapshots_of_other_databases_are_no_matter_of_this_one(db, server, make_empty_database):
    other = make_empty_database()
    with psycopg.connect(other.dsn, application_name="elsewhere") as holder:
        holder.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        holder.execute("SELECT count(*) FROM pg_class")

        named = [row["name"] for row in db.call_rows("c360.snapshot_holders")]

    assert not any("elsewhere" in name for name in named)
