"""Fixtures for tests on a real PostgreSQL.

    db                  one session; everything it does is rolled back. Cheap: use it unless commits matter.
    database            a database of the test's own, cloned from the template: c360 installed, tenant acme in it.
    globex              another tenant in the database of the test.
    module_database     a clone for the tests of one module: what one of them commits there, all others find.
    clone               with clone(template) as database: what tests of a module start from can be made once.
    connect             connect(user="dba") opens further sessions on `database`; they commit for real.
    in_background       in_background(function, *arguments) runs it in a thread; .result() waits and raises.
    wait_until_blocked  wait_until_blocked(session): until that session waits for a lock of another one.
    wait_until          wait_until(condition): until the condition is true.
    empty_database      a database with nothing in it, owned by the plain role dba; make_empty_database() for several.
    server              the server itself: .dsn(database, user), .admin(), .psql(database, ...).
    seaweed             a real object store (SeaweedFS), for tests marked `engines`; one for the whole run.
    hdfs                a real cluster of HDFS with one node of each kind, for the same.
    command_line        runs c360 as a process: .run(*arguments, cwd=..., environment=...).

A test that takes both `db` and `database` or `connect` has all of them on the same clone.
Sessions connect as `dba`: not a superuser, owner of the database, member of c360_owner; as on a hosted PostgreSQL.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from httpx._transports import default as httpx_transport
from hypothesis import settings

from c360.domain.tenants import TenantSpec
from c360.governance import create_tenant
from c360.templates import library
from c360.templates.check import check_statements
from support.command_line import CommandLine, running_command_line
from support.server import OWNER, TEMPLATE, TestServer, chosen_version, running_server
from support.session import Session
from support.waiting import wait_until as wait_for

# Examples of properties are the same each time, so that a change is judged by itself; "explore" looks for new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("explore")
settings.load_profile("same")

_server = pytest.StashKey[TestServer]()
_stack = pytest.StashKey[contextlib.ExitStack]()
_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regolden", action="store_true", help="write the golden files of the templates anew")
    parser.addoption("--fuzz-seconds", type=int, default=20, help="how long requests are made from the OpenAPI")
    parser.addoption("--people", type=int, default=500, help="how many generated people explanations are checked on")
    parser.addoption(
        "--every-name", action="store_true", help="also tenants with every name of our SQL, and 1,500 attributes"
    )


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _start_server(config: pytest.Config) -> TestServer:
    if _server not in config.stash:
        stack = contextlib.ExitStack()
        config.stash[_stack] = stack
        config.stash[_server] = stack.enter_context(running_server(chosen_version()))
    return config.stash[_server]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are processors: a good part of the tests waits for daemons."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_configure() -> None:
    # Who runs tests in the background ignores Ctrl-C, and so would every process that a test starts and interrupts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure_node(node: Any) -> None:
    """xdist: the controller starts the server and tells every worker where it is."""
    node.workerinput["c360_server"] = _start_server(node.config).as_dict()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _stack in config.stash:
        config.stash[_stack].close()


@dataclass(frozen=True)
class Database:
    """A database of this test."""

    server: TestServer
    name: str

    @property
    def dsn(self) -> str:
        return self.dsn_as(OWNER)

    def dsn_as(self, user: str) -> str:
        return self.server.dsn(self.name, user)


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> TestServer:
    if _is_worker(pytestconfig):
        return TestServer(**pytestconfig.workerinput["c360_server"])
    return _start_server(pytestconfig)


def _fresh_name(prefix: str) -> str:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return f"{prefix}_{worker}_{next(_numbers)}"


@contextlib.contextmanager
def _database(server: TestServer, name: str, template: str) -> Iterator[Database]:
    server.create_database(name, template=template)
    try:
        yield Database(server, name)
    finally:
        server.drop_database(name)


@pytest.fixture(scope="session", autouse=True)
def _checked_once() -> Iterator[None]:
    """A rendered text that was allowed is not parsed again: most of what making or syncing a tenant costs here."""
    allowed = set()

    def check(sql: str, tenant: TenantSpec, name: str = "template") -> None:
        judged = (sql, tenant.schema_name, tenant.extensions)
        if judged not in allowed:
            check_statements(sql, tenant, name)
            allowed.add(judged)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(library, "check_statements", check)
        yield


@pytest.fixture(scope="session")
def _shared_database(server: TestServer) -> Iterator[Database]:
    with _database(server, _fresh_name("shared"), TEMPLATE) as database:
        yield database


@pytest.fixture(scope="session", autouse=True)
def _authorities_read_once() -> Iterator[None]:
    """httpx reads the certificates of all authorities for each client: 60 ms, also where it speaks plain HTTP."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(httpx_transport, "create_ssl_context", functools.cache(httpx_transport.create_ssl_context))
        yield


@pytest.fixture(scope="session")
def clone(server: TestServer) -> Callable[..., contextlib.AbstractContextManager[Database]]:
    """clone(template): a database like that one until the context ends; nobody may be connected to the template."""

    def made(template: str = TEMPLATE) -> contextlib.AbstractContextManager[Database]:
        return _database(server, _fresh_name("clone"), template)

    return made


@pytest.fixture(scope="session")
def _two_tenants(server: TestServer) -> Iterator[str]:
    """A template with a second tenant in it: to make one takes as long as ten clones."""
    with _database(server, _fresh_name("template"), TEMPLATE) as template:
        with psycopg.connect(template.dsn) as owner:
            create_tenant(owner, "globex")
        yield template.name


@pytest.fixture
def database(request: pytest.FixtureRequest, server: TestServer) -> Iterator[Database]:
    template = request.getfixturevalue("_two_tenants") if "globex" in request.fixturenames else TEMPLATE
    with _database(server, _fresh_name("clone"), template) as database:
        yield database


@pytest.fixture
def globex(database: Database) -> str:
    return "globex"


@pytest.fixture(scope="module")
def module_database(server: TestServer) -> Iterator[Database]:
    with _database(server, _fresh_name("module"), TEMPLATE) as database:
        yield database


@pytest.fixture
def make_empty_database(server: TestServer) -> Iterator[Callable[[], Database]]:
    with contextlib.ExitStack() as made:
        yield lambda: made.enter_context(_database(server, _fresh_name("empty"), "template0"))


@pytest.fixture
def empty_database(make_empty_database: Callable[[], Database]) -> Database:
    return make_empty_database()


@pytest.fixture(scope="module")
def _shared_session(_shared_database: Database) -> Iterator[Callable[[], Session]]:
    """Answers one session for all tests of a module: what it has compiled and planned once, it keeps.

    A statement that psycopg prepares would outlive the tables that a test has made and rolled back.
    """
    opened: list[Session] = []

    def session() -> Session:
        if not opened or opened[-1].connection.closed:
            opened.append(Session(_connection(_shared_database, prepare_threshold=None)))
        return opened[-1]

    yield session
    for one in opened:
        one.close()


def _connection(database: Database, **options: Any) -> psycopg.Connection:
    return psycopg.connect(database.dsn, application_name="test", **options)


@pytest.fixture
def db(request: pytest.FixtureRequest) -> Iterator[Session]:
    if "database" in request.fixturenames:
        with contextlib.closing(Session(_connection(request.getfixturevalue("database")))) as session:
            yield session
        return
    session = request.getfixturevalue("_shared_session")()
    yield session
    if session.connection.closed:
        return
    session.rollback()
    left = session.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles")
    session.execute("RESET SESSION AUTHORIZATION; RESET ALL; UNLISTEN *; CLOSE ALL; SELECT pg_advisory_unlock_all()")
    session.commit()
    assert not left, "the test committed in a database that others share: take `database` as well"


@pytest.fixture(scope="session")
def command_line() -> Iterator[CommandLine]:
    with running_command_line() as command_line:
        yield command_line


@pytest.fixture
def connect(database: Database) -> Iterator[Callable[..., Session]]:
    with contextlib.ExitStack() as opened:

        def open_session(user: str = OWNER, *, autocommit: bool = False) -> Session:
            connection = psycopg.connect(database.dsn_as(user), autocommit=autocommit, application_name="test")
            opened.callback(connection.close)
            return Session(connection)

        yield open_session


@pytest.fixture
def in_background() -> Iterator[Callable[..., Future[Any]]]:
    with ThreadPoolExecutor(max_workers=16) as pool:
        yield pool.submit


@pytest.fixture
def wait_until() -> Callable[..., Any]:
    return wait_for


@pytest.fixture
def wait_until_blocked(server: TestServer) -> Iterator[Callable[[Session], None]]:
    with server.admin() as admin:

        def wait(session: Session) -> None:
            def is_blocked() -> bool:
                row = admin.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [session.pid]).fetchone()
                return row is not None and row[0]

            wait_for(is_blocked)

        yield wait


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from support import seaweed as stores

    if not stores.is_there():
        pytest.skip("there is no weed: make test-engines fetches it")
    with stores.running_seaweed(tmp_path_factory.mktemp("seaweed") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def hdfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from support import hdfs as clusters

    if (jars := clusters.classpath()) is None:
        pytest.skip("HDFS cannot be fetched: it needs Java and Maven")
    with clusters.running_hdfs(tmp_path_factory.mktemp("hdfs") / "data", jars) as running:
        yield running
