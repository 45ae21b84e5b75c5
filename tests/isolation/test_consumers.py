"""Who may read topics under a name: the roles of the tenant, each what it may, and nobody of another one."""

from __future__ import annotations

import contextlib

import psycopg
import pytest

TOPIC = "c360-updated-profiles"
CALLS = {
    "read_topic": ("SELECT tenant_acme.read_topic(%s, 'crm')", {"writer", "admin"}),
    "commit_topic": ("SELECT tenant_acme.commit_topic(%s, 'crm', NULL)", {"writer", "admin"}),
    "list": ("SELECT tenant_acme.list_topic_consumers(%s)", {"reader", "writer", "admin"}),
    "as_sent": ("SELECT tenant_acme.read_topic_as_sent(%s, 'crm')", {"admin"}),
    "replay": ("SELECT tenant_acme.replay_topic(%s, 'crm', now())", {"admin"}),
    "create": ("SELECT tenant_acme.create_topic_consumer(%s, 'other')", {"admin"}),
    "drop": ("SELECT tenant_acme.drop_topic_consumer(%s, 'crm')", {"admin"}),
}


@pytest.fixture
def logins(make_login):
    """A login for each role that matters, and who it is."""
    return {
        make_login(f"c360_{tenant}_{kind}"): kind if tenant == "acme" else tenant
        for tenant, kind in (("acme", "reader"), ("acme", "writer"), ("acme", "admin"), ("globex", "admin"))
    }


@pytest.mark.parametrize("name", CALLS)
def test_who_may_do_what_with_consumers(session, connect, logins, name):
    session.call("tenant_acme.create_topic_consumer", TOPIC, "crm")
    session.call("c360.fan_out")
    session.call("c360.backfill_deliveries")
    query, allowed = CALLS[name]

    may = set()
    for login, who in logins.items():
        other = connect(user=login)
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
            other.execute(query, TOPIC)
            may.add(who)
        other.rollback()

    assert may == allowed


def test_nobody_reads_the_tables_of_consumers(connect, logins):
    for login in logins:
        other = connect(user=login)
        for table in ("topic_consumers", "topic_feeds", "feed_messages"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                other.execute(f"SELECT FROM c360.{table}")
            other.rollback()
