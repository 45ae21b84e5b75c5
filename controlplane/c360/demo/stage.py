"""The processes of the demo: `c360 up`, the command line, and a client that sends events.

Nothing here reaches into the product: it starts commands and speaks HTTP.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from textwrap import indent
from typing import Any

import aiohttp

from c360.demo.official_account import ACCOUNT_SECRET
from c360.demo.story import Event

BATCH = 250


class DemoFailed(Exception):
    """A process of the demo did not do what the demo shows."""


@dataclass(frozen=True)
class Stage:
    """One data directory, one port; every command of the demo runs against them."""

    data_dir: Path
    port: int

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data_dir / "c360.log"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "C360_DATA_DIR": str(self.data_dir),
            "C360_GATEWAY_PORT": str(self.port),
            "C360_WEBHOOK_ALLOW_PRIVATE": "1",
            "C360_WORKER_ACTIVATION_SECONDS": "0.5",
            "C360_ZALO_SECRETS": ACCOUNT_SECRET,
            "COLUMNS": str(max(100, shutil.get_terminal_size().columns - 2)),
        }

    async def start(self) -> Process:
        """Start `c360 up` and wait until it says it is ready."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "c360_cli", "up", env=self.environment, stdin=DEVNULL, stdout=log, stderr=log
            )
        async with aiohttp.ClientSession() as session:
            while not await _is_ready(session, f"{self.base_url}/readyz"):
                if process.returncode is not None:
                    raise DemoFailed(f"c360 up ended with {process.returncode}; see {self.log}")
                await asyncio.sleep(0.1)
        return process

    async def c360(self, *arguments: str) -> str:
        """Run one command of the command line and return what it printed."""
        return await self._run(arguments, stderr=PIPE)

    async def show(self, *arguments: str) -> None:
        """Run one command as the reader would, and print both the command and what it printed."""
        print(f"  $ c360 {shlex.join(arguments)}", flush=True)
        print(indent((await self._run(arguments, stderr=STDOUT)).rstrip(), "  "), flush=True)

    async def _run(self, arguments: Sequence[str], stderr: int) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "c360_cli",
            *arguments,
            env=self.environment,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=stderr,
        )
        output, talk = await process.communicate()
        if process.returncode != 0:
            raise DemoFailed(f"c360 {shlex.join(arguments)}: {(talk or output).decode().strip()}")
        return output.decode()

    async def c360_json(self, *arguments: str) -> Any:
        return json.loads(await self.c360(*arguments, "--json"))


async def _is_ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def free_port(preferred: int) -> int:
    """The preferred port when nobody listens there, otherwise any free one."""
    for candidate in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoFailed("no free port on 127.0.0.1")


async def send(
    base_url: str, write_key: str, events: Iterable[Event], on_sent: Callable[[int], None]
) -> dict[str, int]:
    """Send events in batches over HTTP; returns how many were accepted, known already, and refused."""
    total = {"accepted": 0, "duplicates": 0, "rejected": 0}
    headers = {"Authorization": aiohttp.encode_basic_auth(write_key, "")}
    async with aiohttp.ClientSession(headers=headers) as session:
        for batch in _batches(events, BATCH):
            async with session.post(f"{base_url}/v1/batch", json={"batch": batch}) as answer:
                result = await answer.json()
                if answer.status != 200:
                    raise DemoFailed(f"the gateway answered {answer.status}: {result}")
            total["accepted"] += result["accepted"]
            total["duplicates"] += result["duplicates"]
            total["rejected"] += len(result["rejected"])
            on_sent(len(batch))
    return total


def _batches(events: Iterable[Event], size: int) -> Iterator[list[Event]]:
    remaining = iter(events)
    while batch := list(islice(remaining, size)):
        yield batch
