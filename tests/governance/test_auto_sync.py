"""Metadata changed in SQL, schemas brought in line by a worker that runs beside; and what it leaves to people."""

import asyncio
import contextlib
import threading
import time

import psycopg
import pytest

from c360.adapters.database import Database
from c360.governance import Permissions, pieces, plan_tenant, sync_tenant
from c360.governance.plan import Phase
from c360.settings import Settings
from c360.worker import run_worker
from governance.conftest import fresh_name
from support.events import ingest, page
from support.waiting import wait_until

ADD = (
    "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths, is_indexed)"
    " VALUES (%s, %s, 'integer', '{shoeSize}', true)"
)
COMPOSITE = {
    "all": [
        {"attribute": "last_name", "compare": "exact"},
        {"attribute": "date_of_birth", "compare": "exact"},
    ],
    "verdict": "match",
}
INDEX = "cdp_master_profiles_shoe_size_idx"


@contextlib.contextmanager
def working(in_background, dsn, **settings):
    """A worker with a loop and a thread of its own, as a process would have."""
    told = {}

    async def work():
        told["stop"], told["loop"] = asyncio.Event(), asyncio.get_running_loop()
        async with await Database.connect(dsn, application_name="test worker") as db:
            await run_worker(db, Settings(dsn=dsn, worker_poll_seconds=0.2, **settings), told["stop"])

    running = in_background(asyncio.run, work())
    wait_until(lambda: "loop" in told or running.done())
    try:
        yield
    finally:
        if "loop" in told:
            told["loop"].call_soon_threadsafe(told["stop"].set)
        running.result(60)


@pytest.fixture
def person(connect):
    return connect(autocommit=True)


@pytest.fixture
def worker(in_background, database, person):
    with working(in_background, database.dsn):
        wait_until(lambda: person.value("SELECT count(*) FROM c360.sync_workers"))
        yield


def state(person, tenant="acme"):
    return person.call("c360.sync_state", tenant)


def is_done(person, tenant="acme"):
    now = state(person, tenant)
    return now["state"] == "current" and not now["is_finishing"]


def column_type(person, relation, column="shoe_size"):
    return person.value(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = %s",
        relation,
        column,
    )


def is_indexed(person):
    return person.value("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", f"tenant_acme.{INDEX}")


def refused(function, *arguments):
    with pytest.raises(psycopg.Error) as raised:
        function(*arguments)
    return raised.value


def shaped(database):
    """One sync by pieces, without a worker around it."""
    with psycopg.connect(database.dsn, autocommit=True) as owner:
        owner.execute("SET ROLE c360_owner")
        pieces.shape_tenant(owner, "acme")


def finished(database):
    with psycopg.connect(database.dsn, autocommit=True) as owner:
        owner.execute("SET ROLE c360_owner")
        pieces.finish_tenant(owner, "acme")


def test_an_inserted_attribute_becomes_a_typed_indexed_column_of_the_view(worker, person):
    started = time.monotonic()

    person.execute(ADD, "acme", "shoe_size")
    wait_until(lambda: column_type(person, "tenant_acme.cdp_profiles") == "integer")

    print(f"in the view after {time.monotonic() - started:.2f} s")
    wait_until(lambda: is_done(person))
    assert is_indexed(person)
    assert plan_tenant(person.connection, "acme").is_empty


def test_what_was_sent_before_the_attribute_existed_fills_the_column(worker, person):
    ingest(person, page("m1", userId="u1", context={"traits": {"shoeSize": 43}}))
    wait_until(lambda: person.value("SELECT count(*) FROM tenant_acme.cdp_master_profiles"))

    person.execute(ADD, "acme", "shoe_size")
    wait_until(lambda: column_type(person, "tenant_acme.cdp_profiles"))

    wait_until(lambda: person.column("SELECT shoe_size FROM tenant_acme.cdp_profiles") == [43])


def test_a_tenant_registered_in_sql_can_be_used(worker, person):
    name = fresh_name()
    person.call("c360.register_tenant", name)

    assert person.call("c360.await_sync", name)["state"] == "current"
    person.call("c360.ingest", name, {"batch": [page("m1")]}, "web")
    wait_until(lambda: person.value(f"SELECT count(*) FROM tenant_{name}.cdp_master_profiles") == 1)
    person.call("c360.drop_tenant", name, name)


def test_a_rule_set_in_sql_is_compiled(worker, person):
    body = "SELECT prosrc FROM pg_proc WHERE oid = 'tenant_acme.composite_pairs'::regproc"
    before = person.value(body)

    person.call("c360.set_match_rule", "acme", "same_last_name", "composite", COMPOSITE)
    person.call("c360.await_sync", "acme")

    assert person.value(body) != before


def test_request_sync_waits_until_it_is_done(worker, person):
    person.execute(ADD, "acme", "shoe_size")

    person.call_procedure("c360.request_sync", "acme")

    assert column_type(person, "tenant_acme.cdp_profiles") == "integer"


def test_an_index_that_was_made_only_in_part_is_made_anew(database, person):
    person.execute(ADD, "acme", "shoe_size")
    shaped(database)
    # What is left when the making of an index fails or is cut off.
    person.execute(f"CREATE INDEX {INDEX} ON tenant_acme.cdp_master_profiles (shoe_size)")
    with database.server.admin(database.name) as admin:
        admin.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [f"tenant_acme.{INDEX}"]
        )

    finished(database)

    assert is_indexed(person)
    assert is_done(person)
    assert plan_tenant(person.connection, "acme").is_empty


def test_a_sync_cut_off_after_any_piece_is_gone_on_with(database, person, monkeypatch):
    ingest(person, page("m1", userId="u1", context={"traits": {"shoeSize": 43}}))
    person.call("c360.resolve_identities", "acme")
    person.execute(ADD, "acme", "shoe_size")

    class Killed(BaseException):
        pass

    def killed(*_arguments, **_named):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(pieces, "settle_sync", killed)
        with pytest.raises(Killed):
            shaped(database)
    # The column is there, and nothing that names it: whoever writes meanwhile writes as before.
    assert column_type(person, "tenant_acme.cdp_master_profiles") == "integer"
    assert column_type(person, "tenant_acme.cdp_profiles") is None
    assert state(person)["state"] == "pending"
    ingest(person, page("m2", userId="u2"))
    person.call("c360.resolve_identities", "acme")

    shaped(database)
    assert state(person)["is_finishing"]
    finished(database)

    assert is_done(person)
    assert person.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue") == 2
    person.call("c360.resolve_identities", "acme")
    assert sorted(person.column("SELECT shoe_size FROM tenant_acme.cdp_profiles"), key=str) == [43, None]


def test_a_dead_worker_leaves_its_tenant_to_the_next(in_background, database, person):
    person.execute(ADD, "acme", "shoe_size")
    assert person.call("c360._claim_sync", "dead", "shape", "300 milliseconds") == "acme"
    assert person.call("c360._claim_sync", "next", "shape", "1 minute") is None

    with working(in_background, database.dsn):
        wait_until(lambda: is_done(person))

    assert is_indexed(person)


def test_several_workers_do_each_sync_once(in_background, database, person):
    with working(in_background, database.dsn), working(in_background, database.dsn):
        wait_until(lambda: person.value("SELECT count(*) FROM c360.sync_workers") == 2)
        for number in range(3):
            person.execute(ADD, "acme", f"number_{number}")
        wait_until(lambda: is_done(person))

    assert [column_type(person, "tenant_acme.cdp_profiles", f"number_{n}") for n in range(3)] == ["integer"] * 3
    told = person.column(
        "SELECT body::jsonb #> '{data,attributes}' FROM c360.messages WHERE tenant = 'acme' AND type = 'tenant.synced'"
    )
    assert sorted(name for names in told for name in names if name.startswith("number_")) == [
        "number_0",
        "number_1",
        "number_2",
    ]
    assert not person.value("SELECT count(*) FROM c360.sync_workers")


def lossy(person):
    person.execute(ADD.replace("'integer'", "'text'"), "acme", "shoe_size")
    sync_tenant(person.connection, "acme")
    person.execute(
        "INSERT INTO tenant_acme.cdp_master_profiles (master_profile_id, shoe_size) VALUES (gen_random_uuid(), 'XL')"
    )
    person.execute(
        "UPDATE c360.profile_attributes SET data_type = 'integer', normaliser = 'none' WHERE attribute = 'shoe_size'"
    )


def test_what_would_lose_values_waits_for_a_person_and_everybody_is_told(worker, person):
    lossy(person)
    wait_until(lambda: state(person)["state"] == "waits")

    assert column_type(person, "tenant_acme.cdp_master_profiles") == "text"
    assert state(person)["plan"]["refused"] == [{"attribute": "shoe_size", "kind": "type", "values": 1, "lost": 1}]
    assert person.row("SELECT state, confirm FROM c360.pending_syncs WHERE tenant = 'acme'") == (
        "waits",
        "c360 tenant sync acme --allow-type-change",
    )
    (found,) = [row for row in person.call_rows("c360.doctor") if "waits for somebody" in row["finding"]]
    assert "c360 tenant sync acme --allow-type-change" in found["remedy"]
    assert refused(person.call, "c360.await_sync", "acme").sqlstate == "U4451"
    assert refused(person.call_procedure, "c360.request_sync", "acme").sqlstate == "U4451"

    sync_tenant(person.connection, "acme", Permissions(allow_type_change=True))

    assert is_done(person)
    assert column_type(person, "tenant_acme.cdp_profiles") == "integer"
    assert not person.value("SELECT count(*) FROM c360.pending_syncs")


def test_harmless_changes_wait_with_a_lossy_one_and_go_ahead_when_it_is_taken_back(worker, person):
    lossy(person)
    person.execute(ADD, "acme", "hat_size")
    wait_until(lambda: state(person)["state"] == "waits")
    assert column_type(person, "tenant_acme.cdp_profiles", "hat_size") is None

    person.execute("UPDATE c360.profile_attributes SET data_type = 'text' WHERE attribute = 'shoe_size'")

    wait_until(lambda: is_done(person))
    assert column_type(person, "tenant_acme.cdp_profiles", "hat_size") == "integer"


def test_a_retired_attribute_leaves_the_view_and_its_column_is_kept(worker, person):
    person.execute(ADD, "acme", "shoe_size")
    wait_until(lambda: is_done(person))
    person.execute("UPDATE c360.profile_attributes SET status = 'retired' WHERE attribute = 'shoe_size'")
    wait_until(lambda: is_done(person))

    assert column_type(person, "tenant_acme.cdp_profiles") is None
    assert column_type(person, "tenant_acme.cdp_master_profiles") == "integer"
    assert state(person)["plan"] == {"kept": [{"attribute": "shoe_size", "kind": "drop", "values": 0, "lost": 0}]}


def test_templates_of_a_newer_release_that_run_once_wait_for_a_person(worker, person):
    person.execute(
        "DELETE FROM c360.tenant_releases WHERE template = ("
        "  SELECT max(template) FROM c360.tenant_releases WHERE tenant = 'acme' AND template LIKE 'migrations/%')"
    )
    assert state(person)["state"] == "current"

    assert refused(person.call_procedure, "c360.request_sync", "acme").sqlstate == "U4451"


def test_a_failure_is_kept_with_its_code_and_others_are_served(worker, person, globex):
    person.execute("CREATE VIEW tenant_acme.mine AS SELECT email FROM tenant_acme.cdp_profiles")
    person.execute(
        "UPDATE c360.profile_attributes SET status = 'retired' WHERE tenant = 'acme' AND attribute = 'gender'"
    )
    person.execute(ADD, "globex", "shoe_size")
    wait_until(lambda: state(person)["state"] == "failed")
    wait_until(lambda: is_done(person, "globex"))

    assert state(person)["error_code"] == "2BP01"
    assert refused(person.call, "c360.await_sync", "acme").sqlstate == "U4452"
    assert any("failed with 2BP01" in row["finding"] for row in person.call_rows("c360.doctor"))

    person.execute("DROP VIEW tenant_acme.mine")
    person.call_procedure("c360.request_sync", "acme")
    assert state(person)["error_code"] is None


def test_failures_are_tried_again_later_and_later(person):
    person.execute(ADD, "acme", "shoe_size")
    pauses = []
    for _ in range(12):
        person.execute("UPDATE c360.tenant_syncs SET retry_at = '-infinity' WHERE state = 'failed'")
        assert person.call("c360._claim_sync", "w", "shape", "1 minute") == "acme"
        person.call("c360._fail_sync", "w", "acme", "XX000", None)
        pauses.append(
            person.value("SELECT extract(epoch FROM retry_at - clock_timestamp())::integer FROM c360.tenant_syncs")
        )
        assert person.call("c360._claim_sync", "w", "shape", "1 minute") is None

    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == 600


def test_a_transaction_that_does_not_end_keeps_indexes_waiting_and_nothing_else(
    worker, person, connect, globex, monkeypatch
):
    """Whoever may read one tenant can leave a transaction open for as long as they like."""
    monkeypatch.setattr(pieces, "_INDEX_PATIENCE", "200ms")
    ingest(person, page("m1", userId="u1", context={"traits": {"shoeSize": 43}}))
    wait_until(lambda: person.value("SELECT count(*) FROM tenant_acme.cdp_master_profiles"))
    reader = connect()
    reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    reader.value("SELECT count(*) FROM tenant_globex.cdp_profiles")

    person.execute(ADD, "acme", "shoe_size")
    wait_until(lambda: state(person)["error_code"] == "55P03")
    assert "older transactions" in state(person)["error_hint"]
    assert not is_indexed(person)
    wait_until(lambda: person.column("SELECT shoe_size FROM tenant_acme.cdp_profiles") == [43])
    person.execute(ADD, "acme", "hat_size")
    wait_until(lambda: column_type(person, "tenant_acme.cdp_profiles", "hat_size"))

    reader.rollback()
    wait_until(lambda: is_done(person))
    assert is_indexed(person)
    assert plan_tenant(person.connection, "acme").is_empty


def test_a_tenant_whose_sync_takes_long_keeps_no_other_waiting(in_background, database, person, globex, monkeypatch):
    begun, may_end, shape = threading.Event(), threading.Event(), pieces.shape_tenant

    def slow(conn, slug):
        if slug == "acme":
            begun.set()
            assert may_end.wait(60)
        shape(conn, slug)

    monkeypatch.setattr(pieces, "shape_tenant", slow)
    with working(in_background, database.dsn):
        person.execute(ADD, "acme", "shoe_size")
        wait_until(begun.is_set)
        person.execute(ADD, "globex", "shoe_size")
        try:
            wait_until(lambda: column_type(person, "tenant_globex.cdp_profiles"))
        finally:
            may_end.set()
        wait_until(lambda: is_done(person))


@pytest.mark.parametrize(
    "ended", ["SELECT c360._fail_sync('w', 'acme', 'XX000', NULL)", "SELECT c360._settle_sync('acme', '{}', 'current')"]
)
def test_a_tenant_that_took_long_has_no_quick_turn_next_time(person, ended):
    for seconds, is_quick in ((30, False), (0, True)):
        person.execute(ADD, "acme", f"after_{seconds}")
        person.execute("UPDATE c360.tenant_syncs SET retry_at = '-infinity' WHERE state = 'failed'")
        assert person.call("c360._claim_sync", "w", "shape", "1 minute") == "acme"
        person.execute("UPDATE c360.tenant_syncs SET attempted_at = attempted_at - make_interval(secs => %s)", seconds)
        person.execute(ended)
        person.execute(ADD, "acme", f"next_after_{seconds}")
        person.execute("UPDATE c360.tenant_syncs SET retry_at = '-infinity' WHERE state = 'failed'")

        assert person.call("c360._claim_sync", "w", "quick", "0 seconds") == ("acme" if is_quick else None)


def test_turned_off_the_change_is_pending_and_said_to_be(worker, person, globex):
    person.execute("UPDATE c360.tenants SET auto_sync = false WHERE tenant = 'acme'")
    person.execute(ADD, "acme", "shoe_size")
    person.execute(ADD, "globex", "shoe_size")
    wait_until(lambda: is_done(person, "globex"))

    assert state(person)["state"] == "pending"
    assert column_type(person, "tenant_acme.cdp_profiles") is None
    assert refused(person.call, "c360.await_sync", "acme").sqlstate == "U4453"
    assert any("turned off" in row["finding"] for row in person.call_rows("c360.doctor"))
    assert person.row("SELECT tenant, plan FROM c360.pending_syncs WHERE plan IS NULL") == ("acme", None)

    person.execute("UPDATE c360.tenants SET auto_sync = true WHERE tenant = 'acme'")
    wait_until(lambda: is_done(person))
    assert column_type(person, "tenant_acme.cdp_profiles") == "integer"


def test_a_whole_worker_can_be_told_not_to_sync(in_background, database, person):
    person.execute(ADD, "acme", "shoe_size")
    with working(in_background, database.dsn, worker_sync=False):
        ingest(person, page("m1"))
        wait_until(lambda: person.value("SELECT count(*) FROM tenant_acme.cdp_master_profiles") == 1)

        assert refused(person.call_procedure, "c360.request_sync", "acme").sqlstate == "U4453"
    assert state(person)["state"] == "pending"


def test_without_any_worker_the_caller_is_told_at_once(person):
    started = time.monotonic()

    error = refused(person.call_procedure, "c360.request_sync", "acme")

    assert (error.sqlstate, "no worker" in error.diag.message_primary) == ("U4453", True)
    assert error.diag.message_hint
    assert time.monotonic() - started < 10


def test_a_worker_that_comes_to_nothing_ends_at_the_time_given(person):
    person.call("c360._claim_sync", "busy elsewhere", "shape", "1 minute")

    assert refused(person.call_procedure, "c360.request_sync", "acme", "100 milliseconds").sqlstate == "U4453"


def test_waiting_inside_a_transaction_is_refused(connect):
    session = connect()
    session.execute(ADD, "acme", "shoe_size")
    assert refused(session.call_procedure, "c360.request_sync", "acme").sqlstate == "U4454"
    session.rollback()

    session.execute(ADD, "acme", "shoe_size")
    assert refused(session.call, "c360.await_sync", "acme").sqlstate == "U4454"


def test_names_that_read_like_sql_are_columns(worker, person):
    for name in ("select", "user", "drop_table_x"):
        person.execute(ADD, "acme", name)
    wait_until(lambda: is_done(person))

    assert [column_type(person, "tenant_acme.cdp_profiles", name) for name in ("select", "user")] == ["integer"] * 2
    assert refused(person.execute, ADD, "acme", 'x"; DROP TABLE c360.tenants; --').sqlstate == "23514"


def test_an_admin_sees_and_awaits_the_sync_of_their_own_tenant_only(person, connect, globex):
    person.execute("CREATE ROLE sync_admin_of_acme NOLOGIN")
    try:
        person.execute("GRANT c360_acme_admin TO sync_admin_of_acme WITH INHERIT TRUE")
        person.execute("GRANT sync_admin_of_acme TO dba")
        admin = connect(autocommit=True)
        admin.execute("SET ROLE sync_admin_of_acme")

        assert admin.call("tenant_acme.sync_state")["tenant"] == "acme"
        assert admin.call("tenant_acme.await_sync")["state"] == "current"
        for function, arguments in (
            ("tenant_globex.sync_state", ()),
            ("tenant_globex.await_sync", ()),
            ("c360.sync_state", ("globex",)),
            ("c360.await_sync", ("acme",)),
            ("c360._request_sync", (["globex"],)),
        ):
            assert refused(admin.call, function, *arguments).sqlstate == "42501"
        assert refused(admin.call_procedure, "c360.request_sync", "acme").sqlstate == "42501"
        assert refused(admin.execute, "SELECT * FROM c360.pending_syncs").sqlstate == "42501"
    finally:
        person.execute("REVOKE c360_acme_admin FROM sync_admin_of_acme")
        person.execute("DROP ROLE sync_admin_of_acme")


def test_what_a_sync_does_not_depend_on_asks_for_none(person):
    person.call("c360.set_job", "acme", "score", "0 3 * * *", "fit_clv")
    person.call("c360.set_retention", "acme", "events", "400 days")
    person.execute("UPDATE c360.profile_attributes SET description = description")

    assert not person.value("SELECT count(*) FROM c360.sync_requests")


def test_two_people_change_metadata_of_one_tenant_without_waiting_for_each_other(connect):
    anna, bob = connect(), connect()
    anna.call("c360._request_sync", ["acme"])
    bob.execute("SET LOCAL lock_timeout = '1ms'")

    bob.call("c360._request_sync", ["acme"])

    bob.commit()
    anna.commit()
    assert bob.value("SELECT count(*) FROM c360.sync_requests") == 2


def test_a_change_committed_during_a_sync_is_followed_too(database, person, connect):
    late = connect()
    late.execute(ADD, "acme", "hat_size")
    person.execute("INSERT INTO c360.sync_requests (tenant) VALUES ('acme')")
    requests = person.call("c360._open_sync_requests", "acme")
    late.commit()

    person.execute("SELECT c360._settle_sync('acme', %s, 'current')", requests)

    assert state(person)["state"] == "pending"


def test_an_edit_of_a_golden_record_waits_for_no_more_than_a_moment(database, person, in_background, connect):
    """Writers go on while somebody who reads for long keeps the column from being added."""
    reader, stop, waits = connect(), threading.Event(), []
    ingest(person, page("m1", userId="u1"))
    person.call("c360.resolve_identities", "acme")
    reader.value("SELECT count(*) FROM tenant_acme.cdp_master_profiles")
    writer = connect(autocommit=True)

    def write():
        while not stop.is_set():
            started = time.monotonic()
            writer.execute("UPDATE tenant_acme.cdp_master_profiles SET first_name = md5(random()::text)")
            waits.append(time.monotonic() - started)

    writing = in_background(write)
    person.execute(ADD, "acme", "shoe_size")
    syncing = in_background(shaped, database)
    wait_until(lambda: len(waits) > 50 or writing.done())
    assert column_type(person, "tenant_acme.cdp_master_profiles") is None
    reader.rollback()
    syncing.result(60)
    stop.set()
    writing.result(60)

    print(f"an edit waited for {max(waits) * 1000:.0f} ms at most")
    assert max(waits) < 5
    assert column_type(person, "tenant_acme.cdp_profiles") == "integer"


def test_a_sync_by_hand_does_what_pieces_left_for_later(database, person):
    ingest(person, page("m1", userId="u1"))
    person.call("c360.resolve_identities", "acme")
    person.execute(ADD, "acme", "shoe_size")
    shaped(database)
    assert state(person)["is_finishing"]

    sync_tenant(person.connection, "acme")

    assert is_done(person)
    assert is_indexed(person)
    assert person.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue") == 1


def test_every_index_is_made_and_dropped_beside_writers(tenant):
    tenant.add("nickname", normaliser="name", is_indexed=True)

    statements = [
        statement
        for step in tenant.plan().of(Phase.FINISH)
        for statement in pieces.beside_writers(step.sql)
        if "INDEX" in statement
    ]

    assert len(statements) == 3
    for statement in statements:
        assert "INDEX CONCURRENTLY" in statement


def test_the_index_on_names_follows_a_new_name_beside_writers(database, person):
    person.execute(
        "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths, normaliser)"
        " VALUES ('acme', 'nickname', 'text', '{nickname}', 'name')"
    )
    shaped(database)
    finished(database)

    assert is_done(person)
    assert "nickname" in person.value("SELECT pg_get_indexdef('tenant_acme.cdp_master_profiles_search_idx'::regclass)")
    assert plan_tenant(person.connection, "acme").is_empty


def test_every_step_of_a_plan_has_its_piece(tenant):
    tenant.add("shoe_size", "integer", is_indexed=True)

    phases = {step.reason: step.phase for step in tenant.plan().steps}

    assert phases["attribute shoe_size: add"] is Phase.LOCK
    assert phases["attribute shoe_size: index"] is Phase.FINISH
    assert phases["template repeatable/tg_cdp_master_profiles_update.sql.j2"] is Phase.LOCK
    assert phases["template repeatable/cdp_profiles.sql.j2"] is Phase.SHAPE
