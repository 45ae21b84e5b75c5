"""Sends messages in batches of a service that takes some entries of a batch and not others.

Only what failed is sent again, for as long as it takes; look() says meanwhile why. Where the order of a key counts, a
message waits until the one before it of its key is settled, so no batch has two of one key: whichever entries fail,
none overtakes. What can never be taken is refused with its reason and holds nothing up.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from c360.sinks import LogMessage, SendOutcome

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 30.0


@dataclass(frozen=True)
class Limits:
    """What the other side takes."""

    entries: int
    batch_bytes: int
    entry_bytes: int
    batches_at_once: int = 1


@dataclass(frozen=True)
class Failed:
    """Why an entry was not taken, and whether it never will be."""

    reason: str
    is_final: bool = False


@dataclass(frozen=True)
class Entry:
    """One message as the other side gets it."""

    message: LogMessage
    size: int
    sent: Any


Put = Callable[[Sequence[Entry]], Sequence[Failed | None]]
"""Sends one batch; what became of each entry, None for taken. Runs in a thread; raises what concerns all of them."""


class BatchSender:
    """A Sender over a blocking call that takes a batch."""

    # The next batch waits: what is left of the one before it comes first.
    overlap = 1

    def __init__(
        self,
        make: Callable[[LogMessage], Entry],
        put: Put,
        limits: Limits,
        *,
        keeps_order: bool,
        failures: tuple[type[Exception], ...],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._make = make
        self._put = put
        self._limits = limits
        self._keeps_order = keeps_order
        self._failures = failures
        self._sleep = sleep
        self._problem: str | None = None
        self._pool = ThreadPoolExecutor(limits.batches_at_once, "c360 sink")

    async def send(self, messages: Sequence[LogMessage]) -> SendOutcome:
        refused: dict[int, str] = {}
        left: dict[int, Entry] = {}
        for place, message in enumerate(messages):
            entry = self._make(message)
            if entry.size > self._limits.entry_bytes:
                refused[place] = f"It has {entry.size} bytes, of {self._limits.entry_bytes} that fit."
            else:
                left[place] = entry
        pause = _FIRST_PAUSE
        while left:
            before = len(left)
            problem = await self._round(left, refused)
            if problem is not None:
                self._problem = problem
                await self._sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311
                pause = _FIRST_PAUSE if len(left) < before else min(pause * 2, _LONGEST_PAUSE)
        self._problem = None
        return SendOutcome(len(messages), refused)

    async def look(self) -> SendOutcome | None:
        return None if self._problem is None else SendOutcome(0, problem=self._problem)

    async def close(self) -> None:
        """Waits for the calls that are under way, so that nothing is sent later."""
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    async def _round(self, left: dict[int, Entry], refused: dict[int, str]) -> str | None:
        """Sends what may be sent now and takes out what is settled; the reason of a failure, where there is one."""
        batches = self._batches(left)
        loop = asyncio.get_running_loop()
        outcomes = await asyncio.gather(
            *(loop.run_in_executor(self._pool, self._tried, [left[place] for place in batch]) for batch in batches)
        )
        problem = None
        for batch, outcome in zip(batches, outcomes, strict=True):
            for place, failed in zip(batch, outcome, strict=True):
                if failed is None or failed.is_final:
                    del left[place]
                if failed is not None and failed.is_final:
                    refused[place] = failed.reason
                elif failed is not None:
                    problem = failed.reason
        return problem

    def _tried(self, entries: Sequence[Entry]) -> Sequence[Failed | None]:
        try:
            return self._put(entries)
        except self._failures as error:
            return [Failed(str(error))] * len(entries)

    def _batches(self, left: dict[int, Entry]) -> list[list[int]]:
        """The places of what is sent now, first come first, as batches that fit."""
        batches: list[list[int]] = []
        size = 0
        for place in self._may_go(left):
            entry = left[place]
            if not batches or len(batches[-1]) >= self._limits.entries or size + entry.size > self._limits.batch_bytes:
                if len(batches) == self._limits.batches_at_once:
                    break
                batches.append([])
                size = 0
            batches[-1].append(place)
            size += entry.size
        return batches

    def _may_go(self, left: dict[int, Entry]) -> Iterable[int]:
        if not self._keeps_order:
            yield from left
            return
        keys = set()
        for place, entry in left.items():
            if entry.message.key not in keys:
                keys.add(entry.message.key)
                yield place
