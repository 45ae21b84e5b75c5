"""The fixtures keep what conftest.py promises; the rest of the suite relies on it."""

import psycopg
import pytest


def test_what_db_does_is_gone_in_the_next_test_part_one(db):
    db.execute("CREATE TABLE leftover ()")

    assert db.value("SELECT to_regclass('leftover') IS NOT NULL")


def test_what_db_does_is_gone_in_the_next_test_part_two(db):
    assert db.value("SELECT to_regclass('leftover') IS NULL")


def test_sessions_of_one_test_see_what_the_others_committed(db, connect):
    alice, bob = connect(), connect()
    alice.execute("CREATE TABLE shared (id integer)")
    alice.commit()

    assert bob.value("SELECT count(*) FROM shared") == 0
    assert db.value("SELECT count(*) FROM shared") == 0


def test_a_blocked_session_is_noticed_and_let_go(connect, in_background, wait_until_blocked):
    alice, bob = connect(), connect()
    alice.value("SELECT pg_advisory_xact_lock(1)")

    waiting = in_background(bob.value, "SELECT pg_advisory_xact_lock(1) IS NOT NULL")
    wait_until_blocked(bob)
    alice.commit()

    assert waiting.result() is not None


def test_sessions_are_no_superusers_and_may_act_for_the_owner(db):
    assert db.row("SELECT rolsuper, pg_has_role('c360_owner', 'USAGE') FROM pg_roles WHERE rolname = current_user") == (
        False,
        True,
    )


def test_other_roles_can_log_in(connect):
    gateway = connect(user="c360_gateway")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        gateway.value("SELECT count(*) FROM c360.migrations")


def test_dicts_travel_as_jsonb_and_lists_as_arrays(db):
    assert db.row("SELECT jsonb_typeof(%s), %s::integer[], jsonb_typeof(%s)", {"a": 1}, [1, 2], [{"a": 1}]) == (
        "object",
        [1, 2],
        "array",
    )
