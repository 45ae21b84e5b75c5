"""`c360 tenant dump` and `restore` as an operator meets them."""

import json
import shlex

import pytest
from psycopg.types.json import Jsonb

from support.events import identify, ingest


@pytest.fixture
def dumped(server, database, connect, c360, tmp_path):
    """A dump of a tenant with a person, a webhook and somebody who may read it."""
    session = connect(autocommit=True)
    ingest(session, identify("u1", email="lan@example.com"))
    session.call(
        "c360.add_subscription",
        "acme",
        "01980000-0000-7000-8000-000000000001",
        "crm",
        "https://crm.example/hooks?a=1&b=2",
        "main",
        bytes(12),
        b"secret",
        p_types=["profile.*"],
        p_options=Jsonb({"is_ordered": False}),
    )
    person = f"lan_{database.name}"
    with server.admin() as admin:
        admin.execute(f"CREATE ROLE {person} LOGIN IN ROLE c360_acme_reader")
    done = c360("tenant", "dump", "acme", str(tmp_path / "acme.c360"), "--dsn", database.dsn)
    assert done.returncode == 0, done.stderr
    yield tmp_path / "acme.c360", person
    with server.admin() as admin:
        admin.execute(f"DROP ROLE {person}")


def test_restoring_prints_what_a_file_may_not_decide(database, connect, c360, dumped):
    path, person = dumped
    name = f"t{database.name}"[:31]

    done = c360("tenant", "restore", str(path), "--as", name, "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    grant = f"GRANT c360_{name}_reader TO {person};"
    # Roles are the server's: people of other tests are members of the role of their acme too.
    (own,) = [line for line in done.stdout.splitlines() if person in line]
    (webhook,) = [line for line in done.stdout.splitlines() if not line.startswith("GRANT ")]
    assert own == grant
    assert webhook.startswith(f"c360 webhook add {name} 'https://crm.example/hooks?a=1&b=2' --name crm --since 20")
    assert "--type 'profile.*'" in webhook
    assert webhook.endswith("--unordered")
    session = connect()
    assert session.value("SELECT count(*) FROM c360.subscriptions WHERE tenant = %s", name) == 0
    assert session.value("SELECT pg_has_role(%s, %s, 'MEMBER')", person, f"c360_{name}_reader") is False
    session.execute(grant)
    session.rollback()
    added = c360(*["webhook", "add", name], *_arguments(webhook), "--dry-run", "--dsn", database.dsn)
    assert added.returncode == 0, added.stderr


def _arguments(command: str) -> list[str]:
    return [*shlex.split(command)[4:], "--allow-private"]


def test_a_dry_run_says_what_it_would_and_keeps_nothing(database, connect, c360, dumped):
    path, _ = dumped
    name = f"t{database.name}"[:31]

    done = c360("tenant", "restore", str(path), "--as", name, "--dry-run", "--json", "--dsn", database.dsn)

    answer = json.loads(done.stdout)
    assert (answer["tenant"], answer["is_kept"], answer["rows"] > 0) == (name, False, True)
    assert connect().value("SELECT count(*) FROM c360.tenants WHERE tenant = %s", name) == 0


def test_a_tenant_that_exists_and_a_file_that_is_none_are_refused(database, c360, dumped, tmp_path):
    path, _ = dumped
    (tmp_path / "notes.txt").write_text("no archive")

    exists = c360("tenant", "restore", str(path), "--dsn", database.dsn)
    nonsense = c360("tenant", "restore", str(tmp_path / "notes.txt"), "--dsn", database.dsn)
    missing = c360("tenant", "restore", str(tmp_path / "nothing"), "--dsn", database.dsn)
    twice = c360("tenant", "dump", "acme", str(path), "--dsn", database.dsn)

    assert (exists.returncode, exists.stderr.splitlines()[0].split(":")[0]) == (1, "U4409")
    assert (nonsense.returncode, nonsense.stderr.split(":")[0]) == (1, "U4432")
    assert (missing.returncode, twice.returncode) == (2, 2)
