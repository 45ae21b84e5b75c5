"""Logins with tokens of IAM, into a database that wants them over TLS."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import psycopg
import pytest

from c360.adapters import tokens
from c360.adapters.database import Database, wait_for_database
from c360.adapters.listener import Listener
from c360.aws.gateway import LambdaGateway
from c360.daemon import check_release, database_url
from c360.domain.errors import C360Error, DatabaseUnreachable, UsageError
from c360.settings import Settings
from support.rds import Rds, running_rds

AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-west-1"}
OPENS = ("psycopg.connect", "asyncpg.connect", "asyncpg.create_pool")
HOST = "shop.cluster-c1x2.ap-southeast-1.rds.amazonaws.com"


@pytest.fixture(autouse=True)
def _account(monkeypatch) -> Iterator[None]:
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PGSSLMODE", raising=False)
    # Credentials are looked for once in a session of the library.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    tokens._signer.cache_clear()
    yield
    tokens._signer.cache_clear()


@pytest.fixture
def rds(database) -> Iterator[Rds]:
    with running_rds(database.server.folder) as running:
        yield running


def _address(rds: Rds, database, user: str) -> str:
    conninfo = Settings(dsn=rds.dsn(user, database.name), dsn_iam=True).conninfo
    assert conninfo is not None
    return conninfo


async def test_every_connection_of_a_daemon_has_a_token_of_its_own(rds, database, monkeypatch):
    made: list[str] = []
    original = tokens._token
    monkeypatch.setattr(tokens, "_token", lambda conninfo: made.append(conninfo) or original(conninfo))
    dsn = database_url(_address(rds, database, "c360_relay"))
    assert await wait_for_database(dsn, asyncio.Event())
    async with (
        await Database.connect(dsn, application_name="test", min_size=2, max_size=2) as db,
        Listener(db.dsn, application_name="test bell", bells=["relay"]) as listener,
    ):
        assert await db.call("c360.bell_channel", "relay")
        await db.distrust()
        assert await db.call("c360.bell_channel", "relay")
        async with asyncio.timeout(30):
            while not listener.is_connected:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    assert len(rds.tokens) == len(made) >= 5
    assert rds.in_the_clear == 0
    assert "aws-iam-token" not in " ".join(rds.tokens)


def test_the_command_line_and_the_checks_of_the_daemon_log_in_so(rds, database):
    check_release(_address(rds, database, "dba"))

    ended = subprocess.run(
        [sys.executable, "-m", "c360_cli", "tenant", "list", "--json"],
        env={**os.environ, **AWS, "C360_DSN": rds.dsn("dba", database.name), "C360_DSN_IAM": "true"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert "acme" in ended.stdout
    assert len(rds.tokens) == 2


def test_the_sessions_of_a_lake_log_in_so(rds, database, tmp_path):
    environment = {**os.environ, **AWS, "C360_DSN": rds.dsn("dba", database.name), "C360_DSN_IAM": "true"}
    for arguments in (
        ["init", "acme", "--to", f"file://{tmp_path}/lake"],
        ["export", "acme"],
        ["sql", "acme", "SELECT count(*) AS events FROM events"],
    ):
        ended = subprocess.run(
            [sys.executable, "-m", "c360_cli", "lake", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr

    assert "events" in ended.stdout


def test_whatever_opens_a_connection_asks_for_a_token():
    root = Path(__file__).parents[2]
    opened: dict[str, str] = {}
    for path in sorted([*(root / "controlplane").rglob("*.py"), *(root / "cli").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            # The embedded PostgreSQL is on this machine, behind a socket.
            if isinstance(node, ast.Call) and ast.unparse(node.func) in OPENS and "embedded" not in path.parts:
                opened[f"{path.relative_to(root)}:{node.lineno}"] = ast.unparse(node)

    assert len(opened) > 8
    assert [
        place for place, call in opened.items() if "tokens.ready(" not in call and "tokens.source(" not in call
    ] == []


def test_a_function_logs_in_so(rds, database):
    settings = Settings(dsn=rds.dsn("c360_gateway", database.name), dsn_iam=True)
    with contextlib.closing(LambdaGateway(settings)) as function:
        answer = function(
            {
                "version": "2.0",
                "rawQueryString": "",
                "headers": {},
                "requestContext": {"http": {"method": "GET", "path": "/readyz", "sourceIp": "192.0.2.1"}},
            },
            None,
        )

    assert answer["statusCode"] == 200
    assert len(rds.tokens) == 1


def test_the_region_is_that_of_the_host(monkeypatch):
    token = tokens.ready(tokens.marked(f"postgresql://app@{HOST}/shop"))

    password = psycopg.conninfo.conninfo_to_dict(token)["password"]
    url = urlsplit(f"https://{password}")
    assert url.netloc == f"{HOST}:5432"
    assert "/ap-southeast-1/rds-db/" in parse_qs(url.query)["X-Amz-Credential"][0]


def test_a_token_never_travels_in_the_clear(monkeypatch):
    for mode in ("disable", "allow", "prefer"):
        with pytest.raises(UsageError):
            _ = Settings(dsn=f"postgresql://app@{HOST}/shop?sslmode={mode}", dsn_iam=True).conninfo
    monkeypatch.setenv("PGSSLMODE", "disable")
    with pytest.raises(UsageError):
        tokens.marked(f"postgresql://app@{HOST}/shop")
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert "verify-full" in tokens.marked(f"postgresql://app@{HOST}/shop")


@pytest.mark.parametrize(
    "dsn",
    ["postgresql://app@/shop?host=/tmp", f"postgresql://app@{HOST},{HOST}/shop", f"postgresql://{HOST}/shop"],
)
def test_an_address_that_names_no_host_or_user_is_refused(dsn, monkeypatch):
    monkeypatch.delenv("PGUSER", raising=False)

    with pytest.raises(UsageError):
        tokens.ready(tokens.marked(dsn))


def test_without_region_or_credentials_it_says_what_is_missing(monkeypatch):
    for name in (*AWS, "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")

    with pytest.raises(UsageError):
        tokens.ready(tokens.marked("postgresql://app@db.example/shop"))
    with pytest.raises(DatabaseUnreachable):
        tokens.ready(tokens.marked(f"postgresql://app@{HOST}/shop"))


def test_an_address_with_a_password_is_left_alone():
    for dsn in ("postgresql://app:secret@db.example/shop", "", "host=/tmp dbname=x"):
        assert tokens.ready(dsn) == dsn
        assert tokens.source(dsn) is None


async def test_a_wrong_token_is_refused_and_not_waited_for(rds, database, monkeypatch):
    async def wrong() -> str:
        return "wrong"

    monkeypatch.setattr(tokens, "source", lambda _: wrong)

    with pytest.raises(C360Error) as refused:
        await wait_for_database(database_url(_address(rds, database, "c360_relay")), asyncio.Event())

    assert refused.value.code == "28P01"
