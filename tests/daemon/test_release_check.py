"""Each part of the daemon starts in the role that was made for it, and only on its own release."""

import pytest

from c360.daemon import check_release
from c360.domain.errors import OperationsRefused

ROLES = ("c360_gateway", "c360_relay", "c360_worker")


@pytest.mark.parametrize("role", ROLES)
def test_the_role_of_each_part_sees_that_the_release_is_right(database, role):
    check_release(database.dsn_as(role))


@pytest.mark.parametrize("role", ROLES)
def test_the_role_of_each_part_refuses_a_database_without_the_last_migration(database, connect, role):
    owner = connect()
    owner.execute("SET ROLE c360_owner")
    owner.execute("DELETE FROM c360.migrations WHERE migration = (SELECT max(migration) FROM c360.migrations)")
    owner.commit()

    with pytest.raises(OperationsRefused) as refused:
        check_release(database.dsn_as(role))

    assert refused.value.code == "U9007"
