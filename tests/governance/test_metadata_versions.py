"""What decides who is who has numbered versions: whole documents, one a transaction."""

import psycopg
import pytest

from c360.governance import create_tenant
from governance.conftest import fresh_name

RULE = {"all": [{"attribute": "date_of_birth", "compare": "exact"}, {"attribute": "last_name", "compare": "exact"}]}


@pytest.fixture
def dba(connect):
    session = connect(autocommit=True)
    name = fresh_name()
    create_tenant(session.connection, name)
    session.tenant = name
    return session


def _history(session):
    return session.records(
        "SELECT version, recorded_by, checksum, changes FROM c360.metadata_history(%s) ORDER BY version", session.tenant
    )


def test_a_new_tenant_has_one_version_with_everything(dba):
    (first,) = _history(dba)
    version = dba.call("c360.metadata_version", dba.tenant, 1)

    assert (first["version"], first["recorded_by"], first["changes"]) == (1, "dba", [])
    metadata = dba.call("c360.tenant_metadata", dba.tenant)
    assert version["document"] == {key: metadata[key] for key in version["document"]}
    assert len(version["document"]["attributes"]) > 50


def test_every_transaction_that_changes_something_makes_one_version(dba):
    dba.call("c360.set_match_rule", dba.tenant, "same_person", "composite", RULE)
    with dba.connection.transaction():
        dba.execute("UPDATE c360.tenants SET date_order = 'DMY' WHERE tenant = %s", dba.tenant)
        dba.execute(
            "UPDATE c360.identifier_types SET priority = 5 WHERE tenant = %s AND identifier_type = 'email'", dba.tenant
        )
    dba.call("c360.remove_match_rule", dba.tenant, "same_person")

    assert [row["changes"] for row in _history(dba)[1:]] == [
        ["match_rules.same_person: added"],
        ["date_order: changed", "identifier_types.email: changed"],
        ["match_rules.same_person: removed"],
    ]


def test_what_does_not_decide_who_is_who_makes_no_version(dba):
    dba.execute("UPDATE c360.tenants SET display_name = 'Acme Ltd' WHERE tenant = %s", dba.tenant)
    with dba.connection.transaction():
        dba.call("c360.set_match_rule", dba.tenant, "same_person", "composite", RULE)
        dba.call("c360.remove_match_rule", dba.tenant, "same_person")

    assert len(_history(dba)) == 1


def test_metadata_changed_back_have_the_checksum_they_had(dba):
    dba.call("c360.set_match_rule", dba.tenant, "same_person", "composite", RULE)
    dba.call("c360.remove_match_rule", dba.tenant, "same_person")

    first, second, third = (row["checksum"] for row in _history(dba))

    assert first == third != second
    assert dba.call("c360.metadata_version", dba.tenant)["version"] == 3
    assert dba.call("c360.metadata_version", dba.tenant, 2)["document"]["match_rules"][0]["rule"] == "same_person"


def test_two_sessions_that_change_one_tenant_make_two_versions(dba, connect, in_background, wait_until_blocked):
    alice, bob = connect(), connect()

    alice.call("c360.set_match_rule", dba.tenant, "by_alice", "scored")
    waiting = in_background(bob.call, "c360.set_match_rule", dba.tenant, "by_bob", "scored")
    wait_until_blocked(bob)
    alice.commit()
    waiting.result()
    bob.commit()

    assert [row["changes"] for row in _history(dba)[1:]] == [
        ["match_rules.by_alice: added"],
        ["match_rules.by_bob: added"],
    ]


def test_a_version_that_does_not_exist_is_named(dba):
    with pytest.raises(psycopg.Error) as refused:
        dba.call("c360.metadata_version", dba.tenant, 99)

    assert refused.value.sqlstate == "U4417"


def test_a_dropped_tenant_takes_its_versions_with_it(dba):
    dba.call("c360.drop_tenant", dba.tenant, dba.tenant)

    assert dba.value("SELECT count(*) FROM c360.metadata_versions WHERE tenant = %s", dba.tenant) == 0
