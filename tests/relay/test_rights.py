"""People of one tenant see and change the webhooks of no other; daemons' functions are not theirs at all."""

from __future__ import annotations

import psycopg
import pytest

from support.server import SUPERUSER

CALLS = [  # of the shared functions and of the other tenant's own
    ("c360.list_subscriptions", ("acme",)),
    ("c360.show_subscription", ("acme", "hooks")),
    ("c360.pause_subscription", ("acme", "hooks")),
    ("c360.resume_subscription", ("acme", "hooks")),
    ("c360.remove_subscription", ("acme", "hooks")),
    ("c360.prepare_test_message", ("acme", "hooks")),
    ("c360.show_subscription_rendering", ("acme", "hooks")),
    ("c360.set_subscription_rendering", ("acme", "hooks", None)),
    ("c360.set_subscription_credentials", ("acme", "hooks", 1)),
    ("c360.list_dead_letters", ("acme", "hooks")),
    ("c360.replay_dead_letters", ("acme", "hooks")),
    ("c360.tail_topic", ("acme", "c360-updated-profiles")),
    ("c360.change_subscription", ("acme", "hooks", {"name": "mine"})),
    ("c360.disable_subscription", ("acme", "hooks")),
    ("c360.prepare_example_message", ("acme", "hooks", "profile.merged")),
    ("c360.replay_messages", ("acme", "hooks", "2000-01-01")),
    ("c360.recover_subscription", ("acme", "hooks", "2000-01-01")),
    ("c360.subscription_stats", ("acme", "hooks")),
    ("c360.list_attempts", ("acme", "hooks")),
    ("c360.show_message", ("acme", "00000000-0000-7000-8000-000000000000")),
    ("c360.sealed_secrets", ("acme",)),
    ("c360.retire_secrets", ("acme", "hooks", [1])),
]
CALLS += [(function.replace("c360.", "tenant_acme."), arguments[1:]) for function, arguments in CALLS]


@pytest.fixture
def stranger(connect, subscribe, globex):
    subscribe()
    session = connect(SUPERUSER)
    session.execute("SET ROLE c360_globex_admin")
    session.commit()
    return session


@pytest.mark.parametrize(("function", "arguments"), CALLS)
def test_an_administrator_of_another_tenant_is_refused(stranger, function, arguments):
    with pytest.raises(psycopg.Error) as refused:
        stranger.call(function, *arguments)

    assert refused.value.sqlstate == "42501"


def test_a_subscription_of_another_tenant_is_unknown_by_name_and_by_id(stranger, session):
    identifier = session.value("SELECT subscription_id::text FROM c360.subscriptions")

    for name in ("hooks", identifier):
        with pytest.raises(psycopg.Error) as refused:
            stranger.call("tenant_globex.pause_subscription", name)
        stranger.rollback()
        assert refused.value.sqlstate == "U5404"


@pytest.mark.parametrize("function", ["c360.fan_out", "c360.relay_status", "c360.feed_status", "c360.confirm_cluster"])
def test_functions_of_the_daemons_are_not_for_people(stranger, function):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stranger.call(function)


def test_the_role_of_the_relay_may_do_its_work_and_read_no_table(server, database, subscribe):
    subscribe()

    with psycopg.connect(server.dsn(database.name, "c360_relay"), autocommit=True) as relay:
        assert relay.execute("SELECT messages FROM c360.fan_out()").fetchone() is not None
        assert relay.execute("SELECT count(*) FROM c360.claim_lanes('me', 10)").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            relay.execute("SELECT * FROM c360.subscription_secrets")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            relay.execute("SELECT * FROM c360.messages")
