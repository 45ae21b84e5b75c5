"""Workers refresh one due tenant after the other, each tenant by one worker."""

from datetime import timedelta

import pytest

from c360.governance import create_tenant

EVERY = timedelta(minutes=15)


@pytest.fixture
def two_tenants(database, connect):
    owner = connect()
    create_tenant(owner.connection, "beta")
    owner.commit()


def refresh_due(session, every=EVERY):
    answer = session.call("c360.refresh_due_scores", every)
    session.commit()
    return answer and answer["tenant"]


def test_each_due_tenant_is_refreshed_once(connect, two_tenants):
    worker = connect()

    assert [refresh_due(worker) for _ in range(3)] == ["acme", "beta", None]


def test_a_tenant_is_due_again_after_the_interval_the_longest_waiting_first(connect, two_tenants):
    worker = connect()
    refresh_due(worker)
    refresh_due(worker)
    worker.execute("UPDATE c360.score_models SET refreshed_at = now() - interval '20 minutes' WHERE tenant = 'acme'")
    worker.execute("UPDATE c360.score_models SET refreshed_at = now() - interval '30 minutes' WHERE tenant = 'beta'")
    worker.commit()

    assert [refresh_due(worker) for _ in range(3)] == ["beta", "acme", None]


def test_a_suspended_tenant_is_never_due(connect, two_tenants):
    worker = connect()
    worker.execute("UPDATE c360.tenants SET status = 'suspended', suspended_at = now() WHERE tenant = 'acme'")
    worker.commit()

    assert [refresh_due(worker) for _ in range(2)] == ["beta", None]


def test_two_workers_take_different_tenants(connect, two_tenants):
    alice, bob = connect(), connect()

    first = alice.call("c360.refresh_due_scores", EVERY)
    second = bob.call("c360.refresh_due_scores", EVERY)
    third = bob.call("c360.refresh_due_scores", EVERY)

    assert (first["tenant"], second["tenant"], third) == ("acme", "beta", None)


def test_the_role_of_the_worker_may_do_it(connect, two_tenants):
    worker = connect("c360_worker")

    assert refresh_due(worker) == "acme"
