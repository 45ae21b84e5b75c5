"""Rejected events, refused rows of imports, attempts, dead letters and the audit log."""

from __future__ import annotations

import uuid

import pytest

OLD, NEW = "2023-01-01T00:00:00Z", "2024-06-01T00:00:00Z"


@pytest.fixture(params=["acme", "globex"])
def session(connect, request, globex):
    session = connect(autocommit=True)
    session.tenant = request.param
    session.other = {"acme": "globex", "globex": "acme"}[request.param]
    return session


def reject(db, tenant, received_at, count=1):
    db.call("c360.ingest", tenant, {"batch": [{"type": "nonsense"}] * count}, "web", received_at)


def webhook(db, tenant):
    webhook_id = uuid.uuid4()
    db.value(
        "SELECT c360.add_subscription(%s, %s, 'crm', 'https://crm.example/', 'k', %s, 'x')",
        tenant,
        webhook_id,
        b"0" * 12,
    )
    return webhook_id


def attempt(db, webhook_id, at):
    db.execute(
        "INSERT INTO c360.delivery_attempts (subscription_id, message_seq, attempt, at, error, duration_ms)"
        " VALUES (%s, 1, 1, %s, 'status', 5)",
        webhook_id,
        at,
    )


def letter(db, webhook_id, tenant, died_at, replayed_at=None):
    db.execute(
        "INSERT INTO c360.dead_letters (subscription_id, message_seq, message_at, message_xid, message_id, tenant,"
        " topic, type, key, body, reason, attempts, died_at, replayed_at)"
        " VALUES (%s, 1, %s, '3', gen_random_uuid(), %s,"
        " 'c360-updated-profiles', 'profile.updated', 'k', '{}', 'attempts', 12, %s, %s)",
        webhook_id,
        died_at,
        tenant,
        died_at,
        replayed_at,
    )


def test_rejected_events_go_settled_or_not(session, keep, run, look):
    for tenant in (session.tenant, session.other):
        reject(session, tenant, OLD, count=5)
        reject(session, tenant, NEW)
    keep(session, "rejected_events", 30, tenant=session.tenant)
    count = "SELECT count(*) FROM tenant_{}.cdp_rejected_events"

    assert look(session, "rejected_events", tenant=session.tenant)["removed"] == 5
    assert session.value(count.format(session.tenant)) == 6
    assert run(session, "rejected_events", tenant=session.tenant, limit=2)["removed"] == 5
    assert session.value(count.format(session.tenant)) == 1
    assert session.value(count.format(session.other)) == 6


def test_a_rejected_event_that_is_being_redriven_waits_for_the_next_step(connect, keep, run):
    session, person = connect(autocommit=True), connect()
    reject(session, "acme", OLD, count=2)
    keep(session, "rejected_events", 30)
    first = session.value("SELECT min(rejected_event_id) FROM tenant_acme.cdp_rejected_events")
    person.call("c360.discard_rejected_events", "acme", [first])

    assert run(session, "rejected_events")["removed"] == 1
    person.commit()
    assert run(session, "rejected_events")["removed"] == 1


def test_settled_events_go_by_when_they_were_settled_and_open_ones_stay(session, keep, run, look):
    schema = f"tenant_{session.tenant}"
    for tenant in (session.tenant, session.other):
        reject(session, tenant, OLD, count=6)
        for status, settled_at, rest in (("redriven", OLD, 0), ("discarded", NEW, 1)):
            session.execute(
                f"UPDATE tenant_{tenant}.cdp_rejected_events SET status = %s, settled_at = %s"
                " WHERE rejected_event_id %% 3 = %s",
                status,
                settled_at,
                rest,
            )
    keep(session, "settled_rejected_events", 30, tenant=session.tenant)
    left = f"SELECT status, count(*) FROM {schema}.cdp_rejected_events GROUP BY 1 ORDER BY 1"

    assert look(session, "settled_rejected_events", tenant=session.tenant)["removed"] == 2
    assert run(session, "settled_rejected_events", tenant=session.tenant, limit=1)["removed"] == 2
    assert session.rows(left) == [("discarded", 2), ("rejected", 2)]
    assert session.value(f"SELECT count(*) FROM tenant_{session.other}.cdp_rejected_events") == 6


def test_settled_events_go_after_90_days_and_open_ones_never_where_a_tenant_says_nothing(session):
    keeps = {row["kind"]: row["keep"] for row in session.call_rows("c360.retention", session.tenant)}

    assert (keeps["settled_rejected_events"].days, keeps["rejected_events"]) == (90, None)


def test_refused_rows_go_when_their_import_is_over_and_its_counts_stay(session, keep, run, look):
    own, other = session.tenant, session.other
    for tenant, finished_at in ((own, OLD), (own, NEW), (own, None), (other, OLD)):
        schema = f"tenant_{tenant}"
        import_id = session.value(
            f"INSERT INTO {schema}.cdp_imports"
            " (source, name, mapping, counts, status, started_at, finished_at, started_by)"
            " VALUES ('erp', 'file', '{}', '{\"rejected\": 3}', %s, '2022-01-01', %s, 'dba') RETURNING import_id",
            "finished" if finished_at else "running",
            finished_at,
        )
        session.execute(
            f"INSERT INTO {schema}.cdp_import_rejects"
            " SELECT %s, number, 'U1431', 'no', '{}' FROM generate_series(1, 3) AS number",
            import_id,
        )
    keep(session, "import_rejects", 30, tenant=session.tenant)

    assert look(session, "import_rejects", tenant=session.tenant)["removed"] == 3
    assert run(session, "import_rejects", tenant=session.tenant, limit=2)["removed"] == 3
    left = session.rows(
        f"SELECT finished_at IS NULL, count(*) FROM tenant_{session.tenant}.cdp_import_rejects"
        f" JOIN tenant_{session.tenant}.cdp_imports USING (import_id) GROUP BY 1 ORDER BY 1"
    )
    assert left == [(False, 3), (True, 3)]
    assert session.value(f"SELECT count(*) FROM tenant_{session.tenant}.cdp_imports") == 3
    assert session.value(f"SELECT count(*) FROM tenant_{session.other}.cdp_import_rejects") == 3


def test_attempts_and_replayed_letters_are_kept_a_fortnight_unless_somebody_says_otherwise(session, keep, run, look):
    for tenant in (session.tenant, session.other):
        webhook_id = webhook(session, tenant)
        for at in ("2024-05-31T00:00:00Z", "2024-06-03T00:00:00Z"):
            attempt(session, webhook_id, at)
            letter(session, webhook_id, tenant, "2024-05-01T00:00:00Z", at)
    count = (
        "SELECT (SELECT count(*) FROM c360.delivery_attempts JOIN c360.subscriptions USING (subscription_id)"
        " WHERE tenant = %s) + (SELECT count(*) FROM c360.dead_letters WHERE tenant = %s)"
    )

    assert look(session, "attempts", tenant=session.tenant)["removed"] == 2
    assert run(session, "attempts", tenant=session.tenant, limit=1)["removed"] == 2
    keep(session, "attempts", 1, tenant=session.tenant)
    assert run(session, "attempts", tenant=session.tenant)["removed"] == 2
    assert session.value(count, session.tenant, session.tenant) == 0
    assert session.value(count, session.other, session.other) == 4


def test_dead_letters_are_kept_ninety_days_unless_somebody_says_otherwise(session, keep, run, look):
    for tenant in (session.tenant, session.other):
        webhook_id = webhook(session, tenant)
        for died_at in ("2024-03-01T00:00:00Z", "2024-04-01T00:00:00Z"):
            letter(session, webhook_id, tenant, died_at)
    count = "SELECT count(*) FROM c360.dead_letters WHERE tenant = %s"

    assert look(session, "dead_letters", tenant=session.tenant)["removed"] == 1
    assert run(session, "dead_letters", tenant=session.tenant)["removed"] == 1
    assert (session.value(count, session.tenant), session.value(count, session.other)) == (1, 2)


def test_the_housekeeping_of_the_relay_no_longer_decides_how_long_failures_are_kept(session, keep):
    webhook_id = webhook(session, session.tenant)
    attempt(session, webhook_id, OLD)
    keep(session, "attempts", 3000, tenant=session.tenant)

    session.call("c360.maintain_deliveries")
    session.call("c360.apply_retention", session.tenant, "attempts")

    assert session.value("SELECT count(*) FROM c360.delivery_attempts") == 1


def test_deliveries_of_a_removed_webhook_are_still_forgotten(session):
    session.execute(
        "INSERT INTO c360.deliveries (subscription_id, lane, message_seq, message_at, key_hash)"
        " SELECT gen_random_uuid(), 0, number, now(), 1 FROM generate_series(1, 5) AS number"
    )

    session.call("c360.maintain_deliveries", p_limit=3)
    assert session.value("SELECT count(*) FROM c360.deliveries") == 2
    session.call("c360.maintain_deliveries", p_limit=3)
    assert session.value("SELECT count(*) FROM c360.deliveries") == 0


def test_the_audit_log_of_one_tenant_goes_and_that_of_the_others_and_of_nobody_stays(session, keep, run, look):
    for tenant in (session.tenant, session.other, None):
        session.execute(
            "INSERT INTO c360.audit_log (at, actor, tenant, action, object)"
            " SELECT at::timestamptz, 'dba', %s, 'test', 'x' FROM unnest(%s::text[]) AS at",
            tenant,
            [OLD, OLD, NEW],
        )
    keep(session, "audit", 90, tenant=session.tenant)
    count = "SELECT count(*) FROM c360.audit_log WHERE action = 'test' AND tenant IS NOT DISTINCT FROM %s"

    assert look(session, "audit", tenant=session.tenant)["removed"] == 2
    assert run(session, "audit", tenant=session.tenant, limit=1)["removed"] == 2
    assert [session.value(count, tenant) for tenant in (session.tenant, session.other, None)] == [1, 3, 3]
