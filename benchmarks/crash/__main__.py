"""`make bench-crash`: kill -9 of `c360 up` and of PostgreSQL in the middle of the traffic, round after round.

Each round sends events with client retries, kills somebody at a random moment, and lets the client finish: in turns the
daemon, the server, both, one session of the server. A daemon is started again; what it can mend by itself, it must.
At the end everything that was acknowledged must be there once, with its message, and every message must have been
received. The program prints a table and ends with one line of JSON; it exits 1 when anything is missing.

    python -m benchmarks.crash [--rounds 20] [--events 2000] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.crash.traffic import Receiver, Sender, make_events
from benchmarks.crash.verdict import Verdict, judge, waiting_work
from c360.demo.stage import Stage, free_port

console = Console(stderr=True)

TENANT = "crash"
SETTLE_SECONDS = 120.0
VICTIMS = (("daemon",), ("server",), ("daemon", "server"), ("session",))
# As a server calls its sessions of the daemon.
_SESSION = "postgres: c360 c360 "


async def run(rounds: int, events_per_round: int, seed: int, folder: Path) -> Verdict:
    """All rounds and the reckoning."""
    chance = random.Random(seed)
    stage = Stage(folder / "data", free_port(0))
    receiver = Receiver()
    sent: set[str] = set()
    process = await stage.start()
    try:
        sender = Sender(stage.base_url, await _prepare(stage, receiver))
        for number in range(rounds):
            events = make_events(number, events_per_round, people=300, seed=seed)
            sent.update(event["messageId"] for event in events)
            began = time.monotonic()
            sending = asyncio.create_task(sender.send(events))
            await _until_sent(sender, number * events_per_round + chance.randint(1, events_per_round - 1), sending)
            victims = VICTIMS[number % len(VICTIMS)]
            for pid in _pids(victims, process.pid, stage, chance):
                os.kill(pid, signal.SIGKILL)
            if "daemon" in victims:
                await process.wait()
                process = await stage.start()
            await sending
            console.print(
                f"round {number + 1}: {' and '.join(victims)} killed, all acknowledged after"
                f" {time.monotonic() - began:.1f} s"
            )
        address = (await stage.c360("db", "url")).strip()
        await _settle(address)
        return judge(address, TENANT, sent, sender, receiver)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()
        await receiver.stop()


async def _prepare(stage: Stage, receiver: Receiver) -> str:
    await stage.c360("tenant", "create", TENANT)
    url = await receiver.start()
    topics = ("--topic", "c360-updated-profiles", "--topic", "c360-behavioral-events")
    receiver.secret = (await stage.c360_json("webhook", "add", TENANT, url, *topics))["secret"]
    return str((await stage.c360_json("key", "create", TENANT, "--source", "web"))["key"])


async def _until_sent(sender: Sender, count: int, sending: asyncio.Task[None]) -> None:
    while len(sender.acknowledged) < count and not sending.done():
        await asyncio.sleep(0.002)


def _pids(victims: Sequence[str], daemon: int, stage: Stage, chance: random.Random) -> list[int]:
    """Whom to kill, all before anybody can say a word."""
    server = psutil.Process(int((stage.data_dir / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0]))
    sessions = [child.pid for child in server.children() if _SESSION in " ".join(child.cmdline())]
    found = {"daemon": daemon, "server": server.pid, "session": chance.choice(sessions)}
    return [found[victim] for victim in victims]


async def _settle(address: str) -> None:
    """Wait until no work is left anywhere, for as long as is decent."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        with psycopg.connect(address, autocommit=True) as connection:
            if not waiting_work(connection, TENANT):
                return
        await asyncio.sleep(0.25)


def main() -> int:
    arguments = argparse.ArgumentParser(prog="benchmarks.crash", description=__doc__)
    arguments.add_argument("--rounds", type=int, default=20)
    arguments.add_argument("--events", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()

    with tempfile.TemporaryDirectory(prefix="c360-crash-") as folder:
        Path(folder).chmod(0o755)
        verdict = asyncio.run(run(given.rounds, given.events, given.seed, Path(folder)))

    table = Table("figure", "value", box=None)
    for name, value in verdict.figures().items():
        table.add_row(name, str(value))
    Console().print(table)
    print(json.dumps(verdict.figures()))
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main())
