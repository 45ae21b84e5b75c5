"""What pg_dump and pg_restore give back, and what doctor and installing again make of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg
import pytest

from c360.embedded.binaries import packaged_folder
from c360.governance import create_tenant, drop_tenant
from c360.installer.doctor import examine
from c360.installer.install import install
from c360.installer.sources import load
from support.events import event_count, identify, ingest
from support.server import OWNER, SUPERUSER, TestServer
from support.session import Session


def run(program: str, *arguments: str | Path) -> str:
    done = subprocess.run([packaged_folder() / program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def restore(server: TestServer, database: str, dump: Path, *options: str, user: str = OWNER) -> None:
    """pg_restore by way of SQL, so that a setting which only newer servers know can be left out."""
    text = run("pg_restore", *options, "--file=-", dump).replace("SET transaction_timeout = 0;\n", "")
    done = server.psql(database, "-q", "-v", "ON_ERROR_STOP=1", text=text, user=user)
    assert done.returncode == 0, done.stderr


def findings(dsn: str) -> list[tuple[str, str]]:
    """What does not work, but for the settings of a test server."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        found = [finding for finding in examine(connection, load()) if finding.level == "error"]
    return [(finding.subject, finding.remedy) for finding in found if finding.subject != "settings"]


@pytest.fixture
def dump(server, database, connect, tmp_path) -> Path:
    """pg_dump of a database with an event in it."""
    ingest(session := connect(), identify("u1", email="lan@example.com"))
    session.commit()
    run("pg_dump", "--format=custom", f"--file={tmp_path / 'all.dump'}", "-d", server.dsn(database.name))
    return tmp_path / "all.dump"


def test_a_restore_without_create_is_found_by_doctor_and_mended_by_installing(
    server, database, dump, make_empty_database, new_tenant
):
    target = make_empty_database()
    restore(server, target.name, dump)

    with (
        psycopg.connect(target.dsn, autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        create_tenant(connection, new_tenant)
    grant = f"GRANT CREATE, TEMPORARY ON DATABASE {target.name} TO c360_owner;"
    assert [(subject, grant in remedy) for subject, remedy in findings(target.dsn)] == [("rights", True)]

    assert install(target.dsn, load()).changed_nothing

    assert findings(target.dsn) == []
    with psycopg.connect(target.dsn, autocommit=True) as connection:
        create_tenant(connection, new_tenant)
        assert event_count(Session(connection)) == 1
        drop_tenant(connection, new_tenant, confirm=new_tenant)


def test_the_statement_that_doctor_gives_mends_it_too(server, dump, make_empty_database, new_tenant):
    target = make_empty_database()
    restore(server, target.name, dump)
    [(_, remedy)] = findings(target.dsn)
    statement = remedy[remedy.index("GRANT") : remedy.index(";")]

    with psycopg.connect(target.dsn, autocommit=True) as connection:
        connection.execute(statement)
        create_tenant(connection, new_tenant)
        drop_tenant(connection, new_tenant, confirm=new_tenant)

    assert findings(target.dsn) == []


def test_a_restore_with_create_lacks_nothing(server, database, dump, new_tenant):
    server.drop_database(database.name)

    restore(server, "postgres", dump, "--create", user=SUPERUSER)

    assert findings(database.dsn) == []
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        create_tenant(connection, new_tenant)
        assert event_count(Session(connection)) == 1
        drop_tenant(connection, new_tenant, confirm=new_tenant)


@pytest.fixture
def new_tenant(database) -> str:
    """Roles belong to the whole server, so each test names its tenant differently."""
    return f"new_{database.name}"[:31]
