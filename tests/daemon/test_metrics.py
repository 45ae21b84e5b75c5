"""What a process counts can be seen from outside, also where there is no gateway."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.ports import free_port
from support.waiting import DEADLINE, wait_until


def _figures(port: int) -> str:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/metrics").text
    except httpx.TransportError:
        return ""


def _part(name: str, dsn: str, folder: Path, variables: dict[str, str]) -> dict[str, Any]:
    """How to start a part of the daemon by itself."""
    return {
        "args": [sys.executable, "-m", "c360_cli", name],
        "cwd": folder,
        "env": {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "DATABASE_URL": dsn, **variables},
    }


@pytest.mark.parametrize(
    ("part", "variable", "shown", "hidden"),
    [
        ("relay", "C360_METRICS_PORT", "c360_relay_feed_waiting", "c360_resolved_observations"),
        ("worker", "C360_METRICS_PORT", "c360_resolved_observations", "c360_relay_feed_waiting"),
        ("up", "C360_GATEWAY_PORT", "c360_relay_feed_waiting", "tenant="),
    ],
)
def test_each_process_serves_the_figures_of_its_parts(database, tmp_path, part, variable, shown, hidden):
    port = free_port()
    user = {"up": "dba"}.get(part, f"c360_{part}")
    started = _part(part, database.dsn_as(user), tmp_path, {variable: str(port)})
    with subprocess.Popen(**started, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: shown in _figures(port))
            assert hidden not in _figures(port)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=DEADLINE) == 0


def test_a_taken_port_is_named(database, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        part = _part("worker", database.dsn_as("c360_worker"), tmp_path, {"C360_METRICS_PORT": port})
        done = subprocess.run(**part, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == f"U9013: figures cannot be served on 127.0.0.1, port {port}"
    assert "C360_METRICS_PORT" in done.stderr


def test_names_of_tenants_are_shown_at_the_metrics_port_and_not_at_the_gateway(database, tmp_path, connect):
    public, private = free_port(), free_port()
    session = connect(autocommit=True)
    session.call("c360.ingest", "acme", [{"type": "identify", "userId": "u1"}])
    ports = {"C360_GATEWAY_PORT": str(public), "C360_METRICS_PORT": str(private)}
    with subprocess.Popen(**_part("up", database.dsn, tmp_path, ports), stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: 'c360_resolved_observations_total{tenant="acme"}' in _figures(private))
            shown = _figures(public)
        finally:
            process.send_signal(signal.SIGTERM)

    assert "c360_relay_feed_waiting" in shown
    assert "acme" not in shown


def test_open_rejected_events_are_shown_by_reason_where_only_an_operator_looks(database, tmp_path, connect):
    public, private = free_port(), free_port()
    session = connect(autocommit=True)
    session.call(
        "c360.ingest", "acme", {"batch": [{"type": "x"}] * 3 + [{"type": "page"}]}, "web", "2024-06-01T00:00:00Z"
    )
    ports = {"C360_GATEWAY_PORT": str(public), "C360_METRICS_PORT": str(private), "C360_WORKER_BACKLOG_SECONDS": "0.2"}
    with subprocess.Popen(**_part("up", database.dsn, tmp_path, ports), stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: 'c360_rejected_events_open{code="U1105",tenant="acme"} 3.0' in _figures(private))
            shown, hidden = _figures(private), _figures(public)
            session.call("c360.discard_rejected_batch", "acme", {"code": "U1105"})
            wait_until(lambda: 'code="U1105",tenant' not in _figures(private))
            left = _figures(private)
        finally:
            process.send_signal(signal.SIGTERM)

    assert 'c360_rejected_events_open{code="U1108",tenant="acme"} 1.0' in shown
    assert 'c360_rejected_events_open{code="U1108",tenant="acme"} 1.0' in left
    age = float(re.search(r'c360_rejected_events_oldest_seconds\{tenant="acme"\} (\S+)', shown)[1])
    assert age > 365 * 86400
    assert "c360_relay_feed_waiting" in hidden
    assert "c360_rejected" not in hidden


def test_the_oldest_snapshot_and_every_webhook_are_shown_with_what_they_mean(database, tmp_path, connect):
    port = free_port()
    session, holder = connect(autocommit=True), connect()
    session.execute(
        "INSERT INTO c360.subscriptions (subscription_id, tenant, name, url, state)"
        " VALUES (gen_random_uuid(), 'acme', 'crm', 'https://crm.example/hook', 'paused')"
    )
    session.execute(
        "INSERT INTO c360.subscription_states (subscription_id) SELECT subscription_id FROM c360.subscriptions"
    )
    holder.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    holder.value("SELECT count(*) FROM c360.messages")
    for _ in range(5):
        session.execute("UPDATE c360.topics SET description = description")
    ports = {
        "C360_METRICS_PORT": str(port),
        "C360_GATEWAY_PORT": str(free_port()),
        "C360_WORKER_BACKLOG_SECONDS": "0.2",
    }
    oldest = re.compile(r'^c360_oldest_snapshot_transactions\{kind="session"\} (\S+)$', re.MULTILINE)
    with subprocess.Popen(**_part("up", database.dsn, tmp_path, ports), stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: (found := oldest.search(_figures(port))) and float(found[1]) >= 5)
            wait_until(lambda: 'c360_relay_paused{subscription="crm",tenant="acme"} 1.0' in _figures(port))
            shown = _figures(port)
            holder.commit()
            wait_until(lambda: float(oldest.search(_figures(port))[1]) < 5)
        finally:
            process.send_signal(signal.SIGTERM)

    for name in ("relay_backlog", "relay_oldest_seconds", "relay_circuit_open", "relay_delivered_messages"):
        assert f'c360_{name}{{subscription="crm",tenant="acme"}}' in shown
        assert f"# HELP c360_{name} " in shown
    assert float(re.search(r'c360_oldest_snapshot_seconds\{kind="session"\} (\S+)', shown)[1]) >= 0
    assert "# HELP c360_oldest_snapshot_transactions " in shown
    assert "# HELP c360_notification_queue_usage " in shown
    assert "# HELP c360_relay_feed_oldest_seconds " in shown
