"""What attacks on the gateway cost somebody who sends an event every 20 ms beside them, and what memory they take.

    make bench-abuse             python -m benchmarks.abuse [--seconds 12] [--only flood] [--soak-minutes 10]

Starts an embedded PostgreSQL, and for each attack a gateway beside the quiet client, all of them processes of their own
on one machine; the attackers are nice. `--soak-minutes` goes on with the load of a busy tenant
and looks whether memory stays flat. Prints a table and ends with one line of JSON; exits 1 when a bound does not hold.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.abuse.attacks import ATTACKS
from benchmarks.keys import key_of, make_tenants
from c360.demo.stage import free_port
from c360.embedded import EmbeddedPostgres
from c360.installer.install import install
from c360.installer.sources import load

TENANTS = ("quiet", "loud", "locked")
MOST_P99_MS = 500.0
MOST_GROWTH_MB = 50.0
# Who has a key may fill the room for bodies, which is C360_GATEWAY_MAX_BODY_MB.
MOST_BODIES_MB = 64.0
MOST_SOAK_GROWTH_MB = 10.0
WARM_UP_SECONDS = 60.0

console = Console(stderr=True)

_Figures = dict[str, float]


class Gateway:
    """A gateway as a process of its own, with whom to attack it and who is quiet beside."""

    def __init__(self, dsn: str, log: Path) -> None:
        self.port = free_port(0)
        environment = {
            **os.environ,
            "DATABASE_URL": dsn,
            "C360_GATEWAY_PORT": str(self.port),
            "C360_LOG_LEVEL": "ERROR",
        }
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "c360_cli", "gateway"], env=environment, stdout=file, stderr=file
            )
        while not self._is_ready():
            time.sleep(0.1)

    def __enter__(self) -> Gateway:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        if self._process.wait() != 0:
            raise RuntimeError(f"the gateway ended with {self._process.returncode}")

    def memory_mb(self) -> float:
        """Of the gateway and its workers."""
        own = psutil.Process(self._process.pid)
        return float(sum(one.memory_info().rss for one in [own, *own.children(recursive=True)])) / 2**20

    def attack(self, name: str, seconds: float, tenant: str) -> subprocess.Popen[str]:
        return self._client("benchmarks.abuse.attacks", name, str(self.port), str(seconds), key_of(tenant), nice="10")

    def quiet(self, seconds: float) -> subprocess.Popen[str]:
        return self._client("benchmarks.abuse.quiet", str(self.port), str(seconds), key_of("quiet"))

    def _client(self, module: str, *arguments: str, nice: str = "0") -> subprocess.Popen[str]:
        command = ["nice", "-n", nice, sys.executable, "-m", module, *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz") as reply:
                return bool(reply.status == 200)
        except OSError:
            return False


class Peak:
    """The most memory a gateway has while the context lasts."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._is_over = threading.Event()
        self._watching = threading.Thread(target=self._watch)
        self.mb = gateway.memory_mb()

    def __enter__(self) -> Peak:
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._watching.join()

    def _watch(self) -> None:
        while not self._is_over.wait(0.1):
            self.mb = max(self.mb, self._gateway.memory_mb())


@contextlib.contextmanager
def warm_gateway(dsn: str, folder: Path) -> Iterator[Gateway]:
    """A gateway that has done its work for a while: plans are made, and memory is what it is without an attack."""
    with Gateway(dsn, folder / "gateway.log") as gateway:
        told(gateway.attack("load", 4, "loud"))
        yield gateway


def told(client: subprocess.Popen[str]) -> _Figures:
    """What a client says at its end."""
    text, _ = client.communicate()
    figures: _Figures = json.loads(text)
    return figures


@contextlib.contextmanager
def locked(dsn: str, tenant: str) -> Iterator[None]:
    """The events of a tenant behind a lock that somebody holds."""
    with psycopg.connect(dsn) as connection:
        connection.execute(f"LOCK TABLE tenant_{tenant}.cdp_behavioral_events".encode())
        yield
        connection.rollback()


def measure(gateway: Gateway, dsn: str, name: str, seconds: float) -> tuple[_Figures, _Figures]:
    """What the quiet client and the gateway's memory say about an attack, and what the attackers were told."""
    before = gateway.memory_mb()
    tenant = "locked" if name == "locked_table" else "loud"
    peak = Peak(gateway)
    with peak, locked(dsn, tenant) if tenant == "locked" else contextlib.nullcontext():
        attackers = gateway.attack(name, seconds + 4, tenant)
        time.sleep(2)
        quiet = told(gateway.quiet(seconds))
        answers = told(attackers)
    del quiet["sent"]
    return {**quiet, "memory_mb": round(peak.mb - before, 1)}, answers


def soak(gateway: Gateway, minutes: float) -> _Figures:
    """Memory under the load of a busy tenant: at the start, warm, and at the end."""
    start, seconds = gateway.memory_mb(), minutes * 60
    warm_up = min(WARM_UP_SECONDS, seconds / 4)
    load = gateway.attack("load", seconds, "loud")
    quiet = gateway.quiet(seconds - 2)
    time.sleep(warm_up)
    warm = gateway.memory_mb()
    console.print(f"soak: {start:.1f} MB at the start, {warm:.1f} MB warm")
    heard, answers, end = told(quiet), told(load), gateway.memory_mb()
    return {
        "soak_minutes": minutes,
        "soak_requests_per_s": round(answers.get("200", 0) / seconds),
        "soak_refused": sum(count for name, count in answers.items() if name not in ("200", "opened")),
        "soak_start_mb": round(start, 1),
        "soak_warm_mb": round(warm, 1),
        "soak_end_mb": round(end, 1),
        "soak_growth_mb": round(end - warm, 1),
        "soak_quiet_failed": heard["failed"],
        "soak_quiet_p99_ms": heard["p99_ms"],
    }


def broken(figures: _Figures) -> list[str]:
    """The figures that are not within their bounds."""
    bounds = {
        "endless_body_memory_mb": MOST_BODIES_MB,
        "gzip_bombs_memory_mb": MOST_BODIES_MB,
        "soak_growth_mb": MOST_SOAK_GROWTH_MB,
        "_p99_ms": MOST_P99_MS,
        "_memory_mb": MOST_GROWTH_MB,
        "_failed": 0.5,
    }
    return [
        f"{name} is {value}, at most {bound:g}"
        for name, value in figures.items()
        for bound in [next((bounds[end] for end in bounds if name.endswith(end)), None)]
        if bound is not None and value >= bound
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.abuse", description=__doc__)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--only", nargs="*", choices=[name for name in ATTACKS if name != "load"])
    parser.add_argument("--soak-minutes", type=float, default=0)
    given = parser.parse_args()
    chosen = [name for name in ATTACKS if name != "load"] if given.only is None else given.only

    table = Table("attack", "p50 ms", "p99 ms", "longest", "not taken", "memory MB", "attackers were told", box=None)
    figures: _Figures = {}
    with tempfile.TemporaryDirectory(prefix="c360-abuse-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "data") as server:
            install(server.dsn, load())
            make_tenants(server.dsn, TENANTS)
            figures["load_average_before"] = round(os.getloadavg()[0], 2)
            with warm_gateway(server.dsn, folder) as gateway:
                nobody = told(gateway.quiet(given.seconds))
            figures |= {f"nobody_{key}": nobody[key] for key in ("p50_ms", "p99_ms", "failed")}
            for attack in chosen:
                console.print(f"{attack} ...")
                with warm_gateway(server.dsn, folder) as gateway:
                    noticed, answers = measure(gateway, server.dsn, attack, given.seconds)
                figures |= {f"{attack}_{key}": value for key, value in noticed.items()}
                figures |= {f"{attack}_told_{key}": value for key, value in answers.items()}
                said = ", ".join(f"{key} {value:,}" for key, value in sorted(answers.items()))
                table.add_row(attack, *(str(value) for value in _in_order(noticed)), said)
            if given.soak_minutes:
                with warm_gateway(server.dsn, folder) as gateway:
                    figures |= soak(gateway, given.soak_minutes)
            figures["load_average_after"] = round(os.getloadavg()[0], 2)
    Console(width=160).print(table)
    faults = broken(figures)
    for fault in faults:
        console.print(fault)
    print(json.dumps(figures))
    return 1 if faults else 0


def _in_order(noticed: _Figures) -> list[float]:
    return [noticed[key] for key in ("p50_ms", "p99_ms", "longest_ms", "failed", "memory_mb")]


if __name__ == "__main__":
    sys.exit(main())
