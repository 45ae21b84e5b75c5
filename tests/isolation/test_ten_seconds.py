"""For ten seconds the administrator of one tenant tries everything, in many sessions, with transactions left open.

Meanwhile another tenant sends events over HTTP; each of them is taken, resolved and delivered in time.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import itertools
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from c360.relay.secrets import load_keyring
from c360.relay.webhooks import add_webhook
from support.ports import free_port
from support.receiver import Receiver
from support.waiting import wait_until

_SECONDS = 10.0
_PATIENCE = 8.0  # of the other tenant, for one event from request to webhook, on a machine shared by many
_MASTER_KEY = base64.b64encode(secrets.token_bytes(32)).decode()
_NONCE = "decode('313233343536373839303132', 'hex')"
_EVENT = """'[{"type": "track", "event": "Order Completed", "userId": "u1", "messageId": "held",
    "properties": {"order_id": "o1", "total": 1}}]'"""

ATTACKS = [
    "SELECT pg_advisory_lock(hashtextextended(key, 0)) FROM unnest(ARRAY['c360.install', 'c360.resolve:globex',"
    " 'c360.scores:globex', 'c360.sync:globex', 'c360.metadata:globex', 'c360.import:globex',"
    " 'c360.maintain_message_partitions', 'c360.partitions:tenant_globex.cdp_behavioral_events']) AS key",
    "SELECT pg_advisory_lock(hashtextextended('c360.orders:globex', n)) FROM generate_series(0, 127) AS n",
    "SELECT tenant_acme.add_subscription(gen_random_uuid(), 'h' || txid_current(), 'http://127.0.0.1:9', 'k',"
    f" {_NONCE}, ''::bytea, p_from => '2000-01-01')",
    "SELECT tenant_acme.pause_subscription('crm')",
    "SELECT tenant_acme.resume_subscription('crm')",
    f"SELECT tenant_acme.rotate_subscription_secret('crm', 2, 'k', {_NONCE}, ''::bytea)",
    "SELECT tenant_acme.remove_subscription('crm')",
    "SELECT tenant_acme.replay_dead_letters('crm')",
    "SELECT tenant_acme.prepare_test_message('crm')",
    "SELECT tenant_acme.tail_topic('c360-updated-profiles')",
    "SELECT tenant_acme.create_topic_consumer('c360-updated-profiles', 'h' || txid_current(), '-infinity')",
    "SELECT tenant_acme.create_topic_consumer('c360-synch-events', 'crm')",
    "SELECT tenant_acme.read_topic('c360-updated-profiles', 'crm')",
    "SELECT tenant_acme.drop_topic_consumer('c360-updated-profiles', 'crm')",
    f"SELECT tenant_acme.ingest({_EVENT})",
    f"SELECT tenant_acme.ingest({_EVENT}, 'sql', 'infinity')",
    "SELECT tenant_acme.maintain_event_partitions('300 years')",
    "SELECT tenant_acme.maintain_event_partitions('2 years')",
    "SELECT tenant_acme.set_match_rule('person', 'scored')",
    "SELECT tenant_acme.rebuild_identities()",
    "SELECT tenant_acme.resolve_identities()",
    "SELECT tenant_acme.refresh_scores()",
    "SELECT tenant_acme.refresh_scores('infinity')",
    """SELECT tenant_acme.begin_import('crm', 'a', '[{"name": "email", "kind": "text"}]', NULL, '{}', 'print')""",
    "SELECT tenant_acme.recent_events(2147483647)",
    "LOCK TABLE c360.messages, c360.ticks, c360.locks IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE tenant_globex.cdp_raw_profiles IN SHARE MODE",
    "LOCK TABLE tenant_acme.cdp_raw_profiles IN ROW EXCLUSIVE MODE",
    "SELECT FROM c360.locks FOR UPDATE",
    "SELECT count(pg_notify('c360_bell', 'relay')) FROM generate_series(1, 1000)",
]


@contextlib.contextmanager
def running(dsn: str, folder: Path, port: int) -> Iterator[None]:
    """`c360 up` as a process of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "DATABASE_URL": dsn,
        "C360_GATEWAY_PORT": str(port),
        "C360_MASTER_KEY": _MASTER_KEY,
        "C360_WEBHOOK_ALLOW_PRIVATE": "1",
        "C360_WORKER_SCORE_SECONDS": "1",
        "C360_WORKER_MAINTENANCE_SECONDS": "1",
    }
    with (
        (folder / "up.log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "c360_cli", "up"], cwd=folder, env=environment, stderr=log, stdout=log
        ) as process,
    ):
        try:
            wait_until(lambda: is_ready(port))
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def attack(dsn: str, statements: Iterator[str], over: threading.Event, seen: set[str | None]) -> None:
    """One attack after the other, each in a transaction that stays open for a second."""
    while not over.is_set():
        statement = next(statements)
        with psycopg.connect(dsn) as connection:
            connection.execute("SET lock_timeout = '2s'")
            try:
                connection.execute(statement)
                seen.add(None)
                over.wait(1)
            except psycopg.Error as error:
                seen.add(error.sqlstate)
            connection.rollback()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def test_another_tenant_is_served_in_time_while_one_tries_everything(
    session, connect, make_login, receiver, database, tmp_path
):
    keyring = load_keyring(tmp_path, master_key=_MASTER_KEY)
    for tenant in ("acme", "globex"):
        url = receiver.url(f"/{tenant}")
        add_webhook(session.connection, keyring, tenant, url, name="crm", allow_private=True)
        digest = hashlib.sha256(tenant.encode()).digest()
        session.call("c360.create_api_key", tenant, "web", "write", "web", digest, tenant)
    session.call("c360.ingest", "acme", [{"type": "identify", "userId": f"u{n}"} for n in range(50)])
    admin = database.dsn_as(make_login("c360_acme_admin"))
    port = free_port()
    sent: dict[str, float] = {}
    refused: list[str] = []
    seen: set[str | None] = set()
    over = threading.Event()
    statements = itertools.cycle(ATTACKS)
    lock = threading.Lock()

    def shared() -> Iterator[str]:
        while True:
            with lock:
                statement = next(statements)
            yield statement

    def send_as_acme() -> None:
        event = {"type": "track", "event": "Order Completed", "userId": "u1", "messageId": "held"}
        while not over.is_set():
            with contextlib.suppress(httpx.TransportError):
                httpx.post(f"http://127.0.0.1:{port}/v1/track", json=event, auth=("acme", ""), timeout=10)

    with running(database.dsn, tmp_path, port), ThreadPoolExecutor(24) as pool, httpx.Client() as http:
        attackers = [pool.submit(attack, admin, shared(), over, seen) for _ in range(8)]
        attackers += [pool.submit(send_as_acme) for _ in range(12)]
        until = time.monotonic() + _SECONDS
        try:
            for number in itertools.count():
                if time.monotonic() > until:
                    break
                user = f"g{number}"
                event = {"type": "identify", "userId": user, "traits": {"email": f"{user}@shop.vn"}}
                sent[f"{user}@shop.vn"] = time.monotonic()
                answer = http.post(
                    f"http://127.0.0.1:{port}/v1/identify", json=event, auth=("globex", ""), timeout=_PATIENCE
                )
                if answer.status_code != 200:
                    refused.append(answer.text)
                over.wait(0.05)
            delivered = wait_until(lambda: found if len(found := arrivals(receiver)) >= len(sent) else None)
        finally:
            over.set()
        for attacker in attackers:
            attacker.result()

    slowest = max(delivered[email] - at for email, at in sent.items())
    assert refused == []
    assert len(sent) >= 10
    assert slowest < _PATIENCE
    assert None in seen
    assert {"42501", "U4424", "U4425", "U4426"} <= seen


def arrivals(receiver: Receiver) -> dict[str, float]:
    """When the webhook of the other tenant first heard of each of its customers."""
    found: dict[str, float] = {}
    for request in receiver.to("/globex"):
        email = request.body["data"].get("profile", {}).get("email")
        if email is not None:
            found.setdefault(email, request.at)
    return found
