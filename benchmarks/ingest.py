"""What taking events in costs: in SQL beside COPY, over HTTP beside an endpoint that does nothing, under a flood.

    make bench-ingest            python -m benchmarks.ingest [--seconds 8] [--events 40000] [--people 5000]

Starts an embedded PostgreSQL and a gateway in a temporary folder, each measured part with a tenant of its own. All
figures of one run come from the same machine in the same minutes, so it is the ratios that count. HTTP is sent by wrk,
which shares the machine too; without wrk the HTTP figures are left out. Prints a table; last one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.keys import key_of, make_tenants
from c360.demo.stage import free_port
from c360.embedded import EmbeddedPostgres
from c360.installer.install import install
from c360.installer.sources import load

PAGES = ["/", "/shop", "/cart", "/about", "/blog"]
EVENTS = ["Product Viewed", "Product Added", "Cart Viewed", "Checkout Started"]
TENANTS = ("copied", "ingested", "planned", "batched", "single", "quiet", "first", "second")
# Ten checks of each track event of the sample, which hold.
SCHEMA = {
    "type": "object",
    "required": ["sku", "price"],
    "properties": {
        "sku": {"type": "string", "minLength": 1, "maxLength": 20, "pattern": "^[A-Z]-[0-9]+$"},
        "price": {"type": "number", "minimum": 0, "maximum": 10000},
        "currency": {"enum": ["USD", "VND"]},
    },
}
# What each figure should be at least, or at most.
WANTED = {
    "ingest1000_vs_copy": (">=", 0.35),
    "batch100_vs_copy": (">=", 0.2),
    "single_vs_noop": (">=", 0.5),
    "roundtrips_per_request": ("<", 0.1),
    "flood_p99_ratio": ("<=", 3.0),
    "alternating_tenants_ratio": ("<=", 1.3),
}
# Each thread of wrk names its events by its own number and the time it began: no messageId comes twice.
_SINGLE = """
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init(arguments)
  sent, began = 0, tostring(os.time()) .. "-" .. arguments[2]
  math.randomseed(os.time() + number)
  headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. arguments[1]}
end
function request()
  sent = sent + 1
  local id = began .. "-" .. number .. "-" .. sent
  local body = string.format([[EVENT]], id, math.random(PEOPLE))
  return wrk.format("POST", "/v1/page", headers, body)
end
"""
_BATCH = """
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init(arguments)
  sent, began = 0, tostring(os.time()) .. "-" .. arguments[2]
  math.randomseed(os.time() + number)
  headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. arguments[1]}
end
function request()
  sent = sent + 1
  local events = {}
  for n = 1, 100 do
    events[n] = string.format([[EVENT]], began .. "-" .. number .. "-" .. sent .. "-" .. n, math.random(PEOPLE))
  end
  return wrk.format("POST", "/v1/batch", headers, '{"batch":[' .. table.concat(events, ",") .. ']}')
end
"""


def event(name: str, people: int, dice: random.Random) -> dict[str, Any]:
    person = dice.randrange(people)
    base = {
        "messageId": f"ajs-next-{name}-5f0c6b1e",
        "anonymousId": f"a8a0c8a2-{person:08x}",
        "timestamp": "2026-01-01T10:00:00.123Z",
        "context": {
            "ip": "203.0.113.7",
            "locale": "vi-VN",
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36",
            "page": {"path": dice.choice(PAGES), "url": "https://shop.example/", "title": "Shop"},
            "library": {"name": "analytics.js", "version": "2.11.1"},
        },
    }
    kind = dice.random()
    if kind < 0.1:
        traits = {"email": f"person{person}@example.com", "name": f"Person {person}"}
        return {**base, "type": "identify", "userId": f"u{person}", "traits": traits}
    if kind < 0.5:
        return {**base, "type": "page", "properties": {"path": "/shop"}}
    return {**base, "type": "track", "event": dice.choice(EVENTS), "properties": {"sku": "A-1", "price": 12.5}}


def batches(name: str, count: int, size: int, people: int) -> list[str]:
    """Request bodies of `size` events each."""
    dice = random.Random(1)
    return [
        json.dumps({"batch": [event(f"{name}-{start + n}", people, dice) for n in range(size)]})
        for start in range(0, count, size)
    ]


def prepare(dsn: str) -> None:
    make_tenants(dsn, TENANTS)
    with psycopg.connect(dsn, autocommit=True) as connection:
        for name in EVENTS:
            connection.execute("SELECT c360.set_event_schema('planned', %s, %s)", (name, json.dumps(SCHEMA)))


def side_by_side(dsn: str, statement: str, values: list[list[tuple[Any, ...]]]) -> float:
    """Seconds until every session has run the statement with each of its values."""
    gate = threading.Barrier(len(values) + 1)

    def work(own: list[tuple[Any, ...]]) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(statement, own[0], prepare=True)
            gate.wait()
            for value in own[1:]:
                connection.execute(statement, value, prepare=True)
            gate.wait()

    threads = [threading.Thread(target=work, args=(own,)) for own in values]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    gate.wait()
    seconds = time.perf_counter() - began
    for thread in threads:
        thread.join()
    return seconds


def copied_per_second(dsn: str) -> tuple[float, float]:
    """Events a second that one COPY takes, as prepared rows whose observations are there.

    The first is into the table of events of a tenant, the second into a bare one with its columns and indexes only.
    """
    columns = "received_at, occurred_at, clock_status, raw_profile_id, source, message_id, type, event_name, payload"
    observed = "raw_profile_id, source, identifiers, traits, observed_at, created_at"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            f"INSERT INTO tenant_copied.cdp_raw_profiles ({observed}) OVERRIDING SYSTEM VALUE "
            f"SELECT {observed} FROM tenant_ingested.cdp_raw_profiles"
        )
        connection.execute("CREATE TABLE public.bare_events (LIKE tenant_ingested.cdp_behavioral_events INCLUDING ALL)")
        with connection.cursor().copy(
            f"COPY (SELECT {columns} FROM tenant_ingested.cdp_behavioral_events) TO STDOUT"
        ) as rows:
            text = b"".join(rows)

        def seconds(table: str) -> float:
            began = time.perf_counter()
            with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                copy.write(text)
            return time.perf_counter() - began

        count = text.count(b"\n")
        same, bare = (count / seconds(table) for table in ("tenant_copied.cdp_behavioral_events", "public.bare_events"))
        connection.execute("DROP TABLE public.bare_events")
    return same, bare


def measure_sql(dsn: str, events: int, people: int) -> dict[str, float]:
    def ingested(tenant: str) -> float:
        halves = [[(tenant, body) for body in batches(f"i{half}", events // 2, 1000, people)] for half in ("a", "b")]
        counted = sum(len(half) - 1 for half in halves) * 1000
        return counted / side_by_side(dsn, "SELECT c360.ingest(%s, %s::jsonb, 'web')", halves)

    plain, planned = ingested("ingested"), ingested("planned")
    copied, bare = copied_per_second(dsn)

    def one_by_one(name: str, tenants: tuple[str, ...]) -> float:
        values = [(tenants[n % len(tenants)], body) for n, body in enumerate(batches(name, 1000, 1, people))]
        return side_by_side(dsn, "SELECT c360.ingest(%s, %s::jsonb, 'web')", [values])

    # In turns, so that what else the machine does falls on both.
    pairs = [(one_by_one(f"one{turn}", ("first",)), one_by_one(f"two{turn}", ("first", "second"))) for turn in range(4)]
    ratios = sorted(two / one for one, two in pairs[1:])
    return {
        "copy_events_per_s": round(copied),
        "bare_copy_events_per_s": round(bare),
        "ingest1000_events_per_s": round(plain),
        "ingest1000_vs_copy": round(plain / copied, 3),
        "ingest1000_vs_bare_copy": round(plain / bare, 3),
        "planned_vs_unplanned": round(planned / plain, 2),
        "alternating_tenants_ratio": round(ratios[len(ratios) // 2], 2),
    }


class Gateway:
    """A gateway as a process of its own, and wrk against it."""

    def __init__(self, dsn: str, folder: Path, people: int, **settings: str) -> None:
        self.port = free_port(0)
        environment = {
            **os.environ,
            "DATABASE_URL": dsn,
            "C360_GATEWAY_PORT": str(self.port),
            "C360_LOG_LEVEL": "ERROR",
        }
        self._process = subprocess.Popen([sys.executable, "-m", "c360_cli", "gateway"], env={**environment, **settings})
        self._runs = 0
        sample = json.dumps(event("%s", people, random.Random(3)))
        sample = re.sub(r"a8a0c8a2-[0-9a-f]{8}", "a8a0c8a2-%08x", sample)
        for name, script in (("single", _SINGLE), ("batch", _BATCH)):
            (folder / f"{name}.lua").write_text(script.replace("EVENT", sample).replace("PEOPLE", str(people)))
        self._folder = folder
        while not self._is_ready():
            time.sleep(0.1)

    def __enter__(self) -> Gateway:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz") as reply:
                return bool(reply.status == 200)
        except OSError:
            return False

    def calls(self) -> float:
        """Calls to the database for bodies so far."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics") as reply:
            found = re.search(r"^c360_gateway_intake_calls_total (\S+)", reply.read().decode(), re.MULTILINE)
        return float(found[1]) if found else 0.0

    def wrk(
        self, script: str | None, tenant: str, connections: int, seconds: int, path: str = "/"
    ) -> subprocess.Popen[str]:
        self._runs += 1
        command = ["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}s"]
        if script is not None:
            command += ["-s", str(self._folder / f"{script}.lua")]
        command += [f"http://127.0.0.1:{self.port}{path}"]
        if script is not None:
            command += ["--", key_of(tenant), str(self._runs)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def read(running: subprocess.Popen[str]) -> dict[str, float]:
    """requests, requests a second, refused ones and p99 in milliseconds, as wrk tells them."""
    text, _ = running.communicate()
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    requests = re.search(r"(\d+) requests in ([\d.]+)", text)
    if p99 is None or requests is None:
        raise RuntimeError(f"wrk said: {text}")
    return {
        "requests": float(requests[1]),
        "per_s": float(requests[1]) / float(requests[2]),
        "refused": float(refused[1]) if refused else 0.0,
        "p99_ms": float(p99[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[p99[2]],
    }


def measure_http(dsn: str, folder: Path, people: int, seconds: int, copied: float) -> dict[str, float]:
    with Gateway(dsn, folder, people, C360_GATEWAY_REQUESTS_PER_SECOND="1000000") as gateway:
        for script in ("single", "batch"):  # plans and caches
            read(gateway.wrk(script, "single", 32, 2))
        noop = read(gateway.wrk(None, "single", 32, seconds, "/livez"))
        before = gateway.calls()
        single = read(gateway.wrk("single", "single", 32, seconds))
        calls = gateway.calls() - before
        batch = read(gateway.wrk("batch", "batched", 8, seconds))
    # With the pace that keys have by default: it is what keeps a flood off the others.
    with Gateway(dsn, folder, people) as gateway:
        read(gateway.wrk("single", "quiet", 1, 2))
        idle = read(gateway.wrk("single", "quiet", 1, seconds))
        flood = gateway.wrk("single", "single", 500, seconds + 4)
        time.sleep(2)
        beside = read(gateway.wrk("single", "quiet", 1, seconds))
        flood.communicate()
    return {
        "noop_per_s": round(noop["per_s"]),
        "single_per_s": round(single["per_s"]),
        "single_vs_noop": round(single["per_s"] / noop["per_s"], 3),
        "single_p99_ms": round(single["p99_ms"], 1),
        "single_refused": single["refused"],
        "roundtrips_per_request": round(calls / single["requests"], 3),
        "batch100_events_per_s": round(batch["per_s"] * 100),
        "batch100_vs_copy": round(batch["per_s"] * 100 / copied, 3),
        "batch100_refused": batch["refused"],
        "flood_idle_p99_ms": round(idle["p99_ms"], 2),
        "flood_p99_ms": round(beside["p99_ms"], 2),
        "flood_p99_ratio": round(beside["p99_ms"] / idle["p99_ms"], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--people", type=int, default=5_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="c360-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "data") as server:
            install(server.dsn, load())
            prepare(server.dsn)
            figures = measure_sql(server.dsn, options.events, options.people)
            if shutil.which("wrk"):
                figures |= measure_http(
                    server.dsn, folder, options.people, options.seconds, figures["copy_events_per_s"]
                )
            else:
                print("wrk is not installed: no figures for HTTP", file=sys.stderr)
    for figure, value in figures.items():
        sign, bound = WANTED.get(figure, ("", ""))
        print(f"{figure:>28} {value:>12,} {sign:>4} {bound}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
