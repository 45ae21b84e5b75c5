"""Installation on a cluster that knows none of our roles, by owners with and without CREATEROLE."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from c360.installer.install import install
from c360.installer.sources import load, sql_root
from support.server import bare_server

INSTALL_SQL = str(sql_root() / "install.sql")
ROLES = [
    f"c360_{kind}" for kind in ("admin", "authenticator", "gateway", "owner", "reader", "relay", "worker", "writer")
]


@pytest.fixture
def bare(server):
    with bare_server() as bare:
        yield bare


def our_roles(bare):
    with bare.admin() as admin:
        found = admin.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'c360%' ORDER BY 1").fetchall()
    return [name for (name,) in found]


def owner_with_database(bare, role, attributes, database):
    with bare.admin() as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN {attributes}")
    bare.create_database(database, owner=role)
    return bare.dsn(database, role)


@pytest.mark.slow
def test_owners_with_and_without_createrole_install_on_one_cluster(bare):
    plain = owner_with_database(bare, "plain", "NOCREATEROLE", "plain_db")
    for _ in range(2):
        assert bare.psql("plain_db", "-f", INSTALL_SQL, user="plain").stderr == ""
    assert install(plain, load()).changed_nothing
    assert our_roles(bare) == []
    with psycopg.connect(plain) as connection:
        assert connection.execute(
            "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'c360'"
        ).fetchone() == ("plain",)

    # Two owners in two databases make the same roles at the same moment: their locks do not know each other.
    addresses = [owner_with_database(bare, f"maker_{n}", "CREATEROLE", f"maker_db_{n}") for n in range(4)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda address: install(address, load()), addresses))
    for address in addresses:
        assert install(address, load()).changed_nothing
    assert our_roles(bare) == ROLES

    # The roles now exist, but not for the plain owner: repeating changes no owner.
    assert bare.psql("plain_db", "-f", INSTALL_SQL, user="plain").stderr == ""
    with psycopg.connect(plain) as connection:
        assert connection.execute(
            "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'c360'"
        ).fetchone() == ("plain",)
