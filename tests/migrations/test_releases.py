"""A database of every frozen release upgrades in place, and what was released never changes.

The folder released/ says what a frozen release is.
"""

from __future__ import annotations

import functools
import hashlib
import io
import lzma
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

import c360
from c360.governance import create_tenant, sync_tenant
from c360.installer.doctor import examine
from c360.installer.install import install
from c360.installer.sources import load, sql_root
from gateway.conftest import running_gateway
from support.catalog import catalogue, ledgers
from support.events import identify
from support.server import OWNER, TestServer, bare_server, keep
from support.session import Session

RELEASED = sorted(path for path in Path(__file__).with_name("released").iterdir() if path.is_dir())
TENANTS = ("acme", "globex")
# Work that the upgrade may do, or that is done over again.
VOLATILE = frozenset({"cdp_resolution_queue"})
SHARED = (
    *("tenants", "profile_attributes", "identifier_types", "match_rules", "blocked_values", "metadata_versions"),
    *("api_keys", "subscriptions", "subscription_secrets", "deliveries", "messages", "audit_log"),
)
# What migrations since then change on purpose, where nobody else did.
CHANGED = {
    "c360.identifier_types": {"normaliser"},
    "c360.profile_attributes": {"normaliser", "trait_paths"},
    "c360.blocked_values": {"pattern"},
}
MEMBERS = (
    "SELECT granted.rolname, member.rolname FROM pg_auth_members AS held"
    " JOIN pg_roles AS granted ON granted.oid = held.roleid JOIN pg_roles AS member ON member.oid = held.member"
    " WHERE member.rolname IN ('lan', 'minh', 'ana') ORDER BY 1, 2"
)
# What data.sql changes in the metadata of globex.
RULE = [
    *("globex", "same_day", "composite"),
    '{"all": [{"attribute": "date_of_birth", "compare": "exact"}, {"attribute": "last_name", "compare": "exact"}]}',
]
each_release = pytest.mark.parametrize("release", RELEASED, ids=lambda path: path.name)


def unpacked(release: Path, folder: Path) -> Path:
    """The folder pg/ of a release."""
    with tarfile.open(fileobj=io.BytesIO((release / "pg.tar.xz").read_bytes()), mode="r:xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "pg"


def run_psql(server: TestServer, *arguments: str, text: str | None = None, user: str = OWNER) -> None:
    done = server.psql("shop", "-q", "-v", "ON_ERROR_STOP=1", *arguments, text=text, user=user)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def data_of(tmp_path_factory) -> Callable[[Path], Path]:
    """data_of(release): what a server keeps whose database `shop` is as the release left it."""

    @functools.cache
    def made(release: Path) -> Path:
        folder = tmp_path_factory.mktemp("release")
        pg = unpacked(release, folder)
        with bare_server() as server:
            with server.admin() as admin:
                admin.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
            server.create_database("shop")
            run_psql(server, "-f", str(pg / "install.sql"))
            run_psql(server, text=lzma.decompress((release / "tenants.sql.xz").read_bytes()).decode())
            run_psql(server, "-f", str(release / "data.sql"))
            keep(server, folder / "data")
        return folder / "data"

    return made


@pytest.fixture
def upgradable(release, data_of) -> Iterator[TestServer]:
    """A server of the test's own with the database `shop` as the release left it."""
    with bare_server(kept=data_of(release)) as server:
        yield server


def columns(session: Session) -> dict[str, list[str]]:
    """The stored tables of both tenants and of their metadata, with the columns they have now."""
    found = session.rows(
        "SELECT relation.oid::regclass::text, array_agg(quote_ident(attname) ORDER BY attnum)"
        " FROM pg_class AS relation JOIN pg_attribute ON attrelid = relation.oid"
        " WHERE relkind IN ('r', 'p') AND NOT relispartition AND attnum > 0 AND NOT attisdropped"
        " AND (relnamespace = ANY (%s::regnamespace[]) OR (relnamespace = 'c360'::regnamespace AND relname = ANY (%s)))"
        " GROUP BY relation.oid",
        [f"tenant_{tenant}" for tenant in TENANTS],
        list(SHARED),
    )
    return {
        table: [name for name in names if name not in CHANGED.get(table, ())]
        for table, names in found
        if table.split(".")[1] not in VOLATILE
    }


def content(session: Session, tables: dict[str, list[str]]) -> dict[str, set[str]]:
    """The rows of these tables, by these columns."""
    return {
        table: set(session.column(f"SELECT to_jsonb(kept)::text FROM (SELECT {', '.join(names)} FROM {table}) AS kept"))
        for table, names in tables.items()
    }


def comparable(text: str) -> list[str]:
    """A catalogue without the order of columns, which says only when each was added."""
    return sorted(line.strip().rstrip(",") for line in text.splitlines() if line.strip() not in {"", "--"})


def upgrade_by_psql(server: TestServer, c360_command) -> None:
    run_psql(server, "-f", str(sql_root() / "install.sql"))
    for tenant in TENANTS:
        run_psql(server, text=c360_command("tenant", "plan", tenant, "--dsn", server.dsn("shop", OWNER)).stdout)


def upgrade_by_command(server: TestServer, c360_command) -> None:
    for arguments in (("db", "upgrade"), ("tenant", "sync", "--all")):
        done = c360_command(*arguments, "--dsn", server.dsn("shop", OWNER))
        assert done.returncode == 0, done.stderr


@each_release
@pytest.mark.parametrize("upgrade", [upgrade_by_psql, upgrade_by_command])
def test_a_database_of_the_release_upgrades_in_place(release, upgrade, upgradable, fresh, c360_command):
    server = upgradable
    with psycopg.connect(server.dsn("shop"), autocommit=True) as connection:
        session = Session(connection)
        tables = columns(session)
        before, members = content(session, tables), session.rows(MEMBERS)

        upgrade(server, c360_command)

        after = content(session, tables)
        assert {table: rows - after[table] for table, rows in before.items() if rows - after[table]} == {}
        assert sum(map(len, before.values())) > 100
        assert session.rows(MEMBERS) == members
        assert len(members) == 3
        assert_same(server, fresh, release)
        assert_goes_on(server)


@each_release
def test_people_find_the_functions_of_their_tenant_as_soon_as_the_installation_ran(upgradable):
    person, granted = (
        "SELECT tenant_acme.profile('email', 'lan@example.com') ->> 'email'",
        "c360.profile(text, text, text)",
    )
    run_psql(upgradable, text=f"SET ROLE c360_owner; GRANT EXECUTE ON FUNCTION {granted} TO lan;")

    done = upgradable.psql("shop", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(sql_root() / "install.sql"))

    assert "role lan may no longer execute" in done.stderr
    with psycopg.connect(upgradable.dsn("shop", "lan"), autocommit=True) as connection:
        session = Session(connection)
        assert session.value(person) == "lan@example.com"
        for taken in ("c360.profile('acme', 'email', 'x')", "tenant_globex.profile('email', 'x')"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.value(f"SELECT {taken}")


@each_release
def test_what_is_sent_between_installation_and_sync_is_sent_again_and_counts_once(upgradable, c360_command):
    event = {"type": "track", "event": "Order Completed", "messageId": "w1", "userId": "w"}
    owner = upgradable.dsn("shop", OWNER)
    run_psql(upgradable, "-f", str(sql_root() / "install.sql"))
    with psycopg.connect(owner, autocommit=True) as connection, running_gateway(owner) as gateway:
        session = Session(connection)
        digest = hashlib.sha256(b"w").digest()
        session.call("c360.create_api_key", "acme", "window", "write", "web", digest, "w")

        def send() -> httpx.Response:
            properties = {"order_id": "w1", "total": 5, "currency": "USD"}
            return httpx.post(f"{gateway.url}/v1/track", json={**event, "properties": properties}, auth=("w", ""))

        early = send()
        done = c360_command("tenant", "sync", "--all", "--dsn", owner)
        late = send()

        assert done.returncode == 0, done.stderr
        assert (early.status_code, early.json()["code"], early.headers["Retry-After"]) == (503, "U1503", "1")
        assert (late.status_code, late.json()["accepted"]) == (200, 1)
        assert session.value("SELECT count(*) FROM tenant_acme.cdp_purchases WHERE order_id = 'w1'") == 1


@dataclass(frozen=True)
class Installed:
    """What a database holds that an upgrade makes as an installation does."""

    catalogue: list[str]
    blocked: set[tuple[str, ...]]
    ledgers: set[tuple[str, str]]


def installed(server: TestServer, database: str) -> Installed:
    with server.admin(database) as admin:
        blocked = admin.execute("SELECT tenant, identifier_type, pattern, reason FROM c360.blocked_values").fetchall()
    return Installed(comparable(catalogue(server, database)), set(blocked), set(ledgers(server, database)))


@pytest.fixture(scope="module")
def fresh(server, tmp_path_factory) -> Iterator[Installed]:
    """The same tenants and metadata installed today."""
    name = f"fresh_{tmp_path_factory.getbasetemp().name}".replace("-", "_")
    server.create_database(name)
    try:
        install(server.dsn(name, OWNER), load())
        with psycopg.connect(server.dsn(name, OWNER), autocommit=True) as connection:
            for tenant in TENANTS:
                create_tenant(connection, tenant)
            connection.execute(
                "INSERT INTO c360.match_rules (tenant, rule, kind, definition) VALUES (%s, %s, %s, %s)", RULE
            )
            connection.execute(
                "INSERT INTO c360.blocked_values (tenant, identifier_type, pattern, reason)"
                " VALUES ('acme', 'email', 'shop@.*', 'the shop itself')"
            )
            for tenant in TENANTS:
                sync_tenant(connection, tenant)
        yield installed(server, name)
    finally:
        server.drop_database(name)


def assert_same(server: TestServer, fresh: Installed, release: Path) -> None:
    upgraded = installed(server, "shop")
    assert upgraded.catalogue == fresh.catalogue
    assert upgraded.blocked == fresh.blocked, "migrations bring what new tenants start with"
    assert fresh.ledgers <= upgraded.ledgers
    assert {name for name, _ in upgraded.ledgers - fresh.ledgers} <= {release.name}, "only that the release was here"


def assert_goes_on(server: TestServer) -> None:
    """What waited is worked off, new events find the old people, and nothing is wrong."""
    with psycopg.connect(server.dsn("shop", OWNER), autocommit=True) as connection:
        session = Session(connection)
        late = {"type": "identify", "anonymousId": "c9", "messageId": "a-9", "traits": {"phone": "+84 90 765 43 21"}}
        session.call("c360.ingest", "acme", {"batch": [late, identify("u1", "a-1")]}, "web")
        session.call("c360.resolve_identities", "acme")
        assert session.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue") == 0
        assert session.value("SELECT count(*) FROM tenant_acme.cdp_event_ids WHERE message_id = 'a-1'") == 1
        people = "SELECT count(*) FROM tenant_acme.cdp_master_profiles WHERE status = 'active' AND email = %s"
        assert session.value(people, "lan@example.com") == 1
        wrong = [finding for finding in examine(connection, load()) if finding.level == "error"]
    assert [finding for finding in wrong if finding.subject != "settings"] == []


@each_release
def test_the_installer_of_the_release_refuses_a_newer_database(release, server, empty_database, tmp_path):
    install(empty_database.dsn, load())
    before = catalogue(server, empty_database.name), ledgers(server, empty_database.name)
    old = unpacked(release, tmp_path) / "install.sql"

    done = server.psql(empty_database.name, "-v", "VERBOSITY=verbose", "-f", str(old))

    assert done.returncode == 3
    assert "U9006" in done.stderr
    assert (catalogue(server, empty_database.name), ledgers(server, empty_database.name)) == before


@each_release
def test_its_migrations_have_not_changed(release, tmp_path):
    old = unpacked(release, tmp_path)
    frozen = [*(old / "migrations").glob("*.sql"), *(old / "templates/tenant/migrations").glob("*.sql.j2")]

    changed = [
        path.name
        for path in frozen
        if not (now := sql_root() / path.relative_to(old)).is_file() or now.read_bytes() != path.read_bytes()
    ]

    assert frozen
    assert changed == [], "put the change into a migration with the next number"


def test_files_of_a_published_version_change_only_with_the_version(tmp_path):
    published = [release for release in RELEASED if release.name == c360.__version__]
    for release in published:
        manifest = (unpacked(release, tmp_path) / "manifest.sql").read_bytes()

        assert manifest == (sql_root() / "manifest.sql").read_bytes(), "raise c360.__version__ first"


def test_the_data_for_the_next_release_fit_the_present_functions(c360_command):
    with bare_server() as server:
        with server.admin() as admin:
            admin.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
        server.create_database("shop")
        install(server.dsn("shop", OWNER), load())
        for tenant in TENANTS:
            printed = c360_command("tenant", "create", tenant, "--dry-run", "--dsn", server.dsn("shop", OWNER))
            run_psql(server, text=printed.stdout)

        run_psql(server, "-f", str(Path(__file__).with_name("data.sql")))
