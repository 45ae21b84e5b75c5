"""What an operator needs: probes, metrics, clean stops, honest answers when the database is away."""

from __future__ import annotations

import asyncio
import importlib

import httpx
import pytest

from c360.domain.errors import OperationsRefused
from c360.gateway import serve_gateway
from c360.settings import Settings
from gateway.conftest import running_gateway
from support.events import event_count, page

GATEWAY_WAITS = """
    SELECT count(*)
    FROM pg_stat_activity
    WHERE application_name = 'test gateway'
      AND datname = current_database()
      AND wait_event_type = 'Lock'
"""


def test_the_probes_tell_alive_from_ready(http):
    assert http.get("/livez").status_code == 200
    reply = http.get("/readyz")
    assert (reply.status_code, reply.json()["status"]) == (200, "ready")


def test_a_database_older_than_the_gateway_is_not_ready(http, connect):
    session = connect()
    session.execute("DELETE FROM c360.migrations WHERE migration > '0001'")
    session.commit()

    assert http.get("/readyz").status_code == 503


def test_metrics_count_requests_and_events(http, make_key):
    key = make_key()
    http.post("/v1/batch", json=[page("m1"), page("m1"), {"type": "page"}], auth=(key, ""))
    http.post("/v1/page", json=page("m2"), auth=("wrong", ""))

    text = http.get("/metrics").text

    for line in (
        'c360_gateway_requests_total{endpoint="batch",status="200"} 1.0',
        'c360_gateway_requests_total{endpoint="page",status="401"} 1.0',
        'c360_gateway_events_total{outcome="accepted"} 1.0',
        'c360_gateway_events_total{outcome="duplicate"} 1.0',
        'c360_gateway_events_total{outcome="rejected"} 1.0',
        'c360_gateway_request_seconds_count{endpoint="batch"} 1.0',
        "c360_gateway_in_flight 0.0",
    ):
        assert line in text


def test_the_figures_of_a_worker_beside_it_are_not_named_to_anybody(http):
    importlib.import_module("c360.worker.metrics")

    assert "tenant" not in http.get("/metrics").text


@pytest.mark.parametrize(
    ("away", "back"),
    [("ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true"), ("CONNECTION LIMIT 0", "CONNECTION LIMIT -1")],
    ids=["no database", "no connections left"],
)
def test_without_its_database_it_says_503_and_comes_back_by_itself(
    http, make_key, database, connect, server, wait_until, away, back
):
    key = make_key()
    with server.admin() as admin:
        admin.execute(f"ALTER DATABASE {database.name} {away}")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database.name])

        reply = http.post("/v1/page", json=page("m1"), auth=(key, ""))

        assert (reply.status_code, reply.json()["code"], reply.headers["Retry-After"]) == (503, "U1503", "1")
        assert http.get("/readyz").status_code == 503
        assert http.get("/livez").status_code == 200
        admin.execute(f"ALTER DATABASE {database.name} {back}")

    wait_until(lambda: http.post("/v1/page", json=page("m1"), auth=(key, "")).status_code == 200)
    assert event_count(connect()) == 1


def test_a_lock_on_the_events_is_503_in_time_and_over_when_it_is_released(http, make_key, connect):
    key, blocker = make_key(), connect()
    blocker.execute("LOCK TABLE tenant_acme.cdp_behavioral_events")

    locked = http.post("/v1/page", json=page("m1"), auth=(key, ""), timeout=60)
    blocker.rollback()
    free = http.post("/v1/page", json=page("m1"), auth=(key, ""), timeout=60)

    assert (locked.status_code, locked.json()["code"], locked.headers["Retry-After"]) == (503, "U1503", "1")
    assert (free.status_code, free.json()["accepted"]) == (200, 1)


def test_a_stop_answers_what_is_in_flight_first(gateway, http, make_key, connect, in_background, wait_until):
    key, blocker, watcher = make_key(), connect(), connect(autocommit=True)
    blocker.execute("LOCK TABLE tenant_acme.cdp_event_ids")
    waiting = in_background(httpx.post, f"{gateway.url}/v1/page", json=page("m1"), auth=(key, ""), timeout=30)
    wait_until(lambda: watcher.value(GATEWAY_WAITS))

    gateway.stop()
    with pytest.raises(httpx.ConnectError):
        wait_until(lambda: is_answered_otherwise(f"{gateway.url}/livez"))
    blocker.commit()

    assert waiting.result().json()["accepted"] == 1
    gateway.thread.join()
    assert event_count(watcher) == 1


def is_answered_otherwise(url: str) -> bool:
    """Whether the answer is not 200; not yet where the connection was cut, as in the moment the door closes."""
    try:
        return httpx.get(url).status_code != 200
    except (httpx.ReadError, httpx.RemoteProtocolError):
        return False


def test_more_requests_than_it_may_hold_are_told_to_come_back(database, make_key, connect, in_background, wait_until):
    key, blocker, watcher = make_key(), connect(), connect(autocommit=True)
    with running_gateway(database.dsn_as("c360_gateway"), gateway_max_in_flight=1) as small:
        blocker.execute("LOCK TABLE tenant_acme.cdp_event_ids")
        waiting = in_background(httpx.post, f"{small.url}/v1/page", json=page("m1"), auth=(key, ""), timeout=30)
        wait_until(lambda: watcher.value(GATEWAY_WAITS))

        reply = httpx.post(f"{small.url}/v1/page", json=page("m2"), auth=(key, ""))
        assert (reply.status_code, reply.json()["code"]) == (429, "U1429")
        blocker.rollback()
        assert waiting.result().status_code == 200


def test_a_taken_port_is_an_error_and_not_an_exit(database, gateway):
    port = int(gateway.url.rsplit(":", 1)[1])

    class NoDatabase:
        size = 1

        async def call(self, function: str, *_arguments: object, **_named: object) -> object:
            raise AssertionError(function)

    with pytest.raises(OperationsRefused) as refused:
        asyncio.run(serve_gateway(NoDatabase(), Settings(gateway_port=port), asyncio.Event()))

    assert refused.value.code == "U9013"
