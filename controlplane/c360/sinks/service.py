"""The loop of a process that sends topics to another system: claims what is enabled, and drains each of them.

Any number of identical processes share the work through leases in the database. Reading, sending and committing of a
topic overlap; the position moves along the longest prefix that is acknowledged, so whatever ends, nothing is left out
and what was not committed is sent again. A topic that cannot be sent waits, is tried again and again, and holds up no
other.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import secrets
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from c360.adapters.database import Database
from c360.domain.errors import C360Error, RelayRefused
from c360.settings import Settings
from c360.sinks import Destination, DestinationFailed, LogMessage, Sender, SendOutcome, Stream, destination_of, metrics

logger = logging.getLogger(__name__)

_TAKEN = "U5442"
_COPIED = "U5003"
# Messages of one read and their text; and text that all topics of the process hold beyond one read of each.
_READ, _READ_BYTES, _HELD_BYTES = 1000, 2 << 20, 64 << 20
# Topics a process takes at once and in all: those that start together share them.
_CLAIM, _MOST = 4, 256
_FIRST_PAUSE, _LONGEST_PAUSE, _LONGEST_DATABASE_PAUSE = 0.5, 30.0, 5.0
# How long the other side may say nothing before we ask why, and how often it is looked at when nothing is to be sent.
_PATIENCE, _LOOK_EVERY = 3.0, 30.0
_LAST_WORDS = 10.0


async def run_sink(db: Database, settings: Settings, stop: asyncio.Event, *, sink: str) -> None:
    """Send what is enabled for a sink until `stop` is set. Raises RelayRefused U5003 in a copied or moved database."""
    destination = destination_of(sink, settings)
    try:
        await Service(db, destination, poll=settings.sink_poll_seconds, lease=settings.sink_lease_seconds).run(stop)
    finally:
        await destination.close()


class Service:
    """One process that sends."""

    def __init__(self, db: Database, destination: Destination, *, poll: float = 0.2, lease: float = 15.0) -> None:
        self._db = db
        self._destination = destination
        self._poll = poll
        self._lease = lease
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._drains: dict[int, Drain] = {}
        self._room = Room(_HELD_BYTES)

    @property
    def is_sending(self) -> bool:
        """Whether it holds any topic."""
        return bool(self._drains)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set and what is under way is settled."""
        delay = _FIRST_PAUSE
        logger.info("sink started", extra={"sink": self._destination.sink, "owner": self._name})
        try:
            while not stop.is_set():
                pause = self._poll * random.uniform(0.8, 1.2)  # noqa: S311
                try:
                    await self._claim()
                    delay = _FIRST_PAUSE
                except C360Error as error:
                    if isinstance(error, RelayRefused) and error.code == _COPIED:
                        raise
                    logger.warning("sink waits for the database", extra={"code": error.code, "error": error.message})
                    pause, delay = delay, min(delay * 2, _LONGEST_DATABASE_PAUSE)
                await _sleep(pause, stop)
        finally:
            await asyncio.gather(*(drain.end() for drain in self._drains.values()), return_exceptions=True)
            with contextlib.suppress(C360Error):
                await self._db.call("c360.release_sinks", sink=self._destination.sink, owner=self._name)
            logger.info("sink stopped", extra={"sink": self._destination.sink, "owner": self._name})

    async def _claim(self) -> None:
        began = time.monotonic()
        commits = {sink_id: drain.commits for sink_id, drain in self._drains.items()}
        rows = await self._db.rows(
            "c360.claim_sinks",
            sink=self._destination.sink,
            owner=self._name,
            limit=max(0, min(_CLAIM, _MOST - len(self._drains))),
            lease=timedelta(seconds=self._lease),
        )
        held = {row["sink_id"]: row for row in rows}
        for sink_id, drain in list(self._drains.items()):
            row = held.get(sink_id)
            if drain.is_over or row is None or row["token"] != drain.token:
                del self._drains[sink_id]
                await drain.drop()
        for sink_id, row in held.items():
            if sink_id not in self._drains:
                self._drains[sink_id] = Drain(self._db, self._destination, row, self._room)
            # The least that is left of a lease: it is renewed when that much of it is gone.
            self._drains[sink_id].hear(row, began + self._lease * 0.6, commits.get(sink_id))


class Room:
    """Text that all drains of a process hold."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0


class _Batch:
    """Messages that were given to the sender."""

    def __init__(self, messages: list[LogMessage], sending: asyncio.Task[SendOutcome]) -> None:
        self.messages = messages
        self.sending = sending
        self.bytes = _bytes(messages)


class Drain:
    """Sends one topic of one tenant for as long as its lease is ours."""

    def __init__(self, db: Database, destination: Destination, row: Any, room: Room) -> None:
        self._db = db
        self._destination = destination
        self.sink_id: int = row["sink_id"]
        self.token: int = row["token"]
        self._stream = Stream(row["tenant"], row["topic"], row["place"])
        self._room = room
        # Committed, acknowledged and not committed yet, read.
        self._committed: int = row["done_position"]
        self._settled = self._committed
        self._after = self._committed
        self._last = 0
        self._is_due = False
        self._until = 0.0
        self._flying: deque[_Batch] = deque()
        self._outcome: dict[str, Any] = _nothing()
        self._problem: str | None = None
        self._reason = ""
        self._reading: asyncio.Task[tuple[int, list[LogMessage]]] | None = None
        self._committing: asyncio.Task[bool] | None = None
        self._looked_at = self._moved_at = 0.0
        self._pause = _FIRST_PAUSE
        self.commits = 0
        self._news = asyncio.Event()
        self._ending = asyncio.Event()
        self._labels = (destination.sink, self._stream.tenant, self._stream.topic)
        self._task = asyncio.create_task(
            self._run(), name=f"c360 sink {destination.sink} {row['tenant']} {row['topic']}"
        )
        self._task.add_done_callback(self._note_end)

    @property
    def is_over(self) -> bool:
        return self._task.done()

    def hear(self, row: Any, until: float, commits: int | None) -> None:
        """What the database says of the lease, asked when we had made so many commits."""
        self._until = until
        self._is_due = row["has_due"]
        self._last = row["last_position"]
        is_still = commits is not None and commits == self.commits and not self._flying
        if is_still and self._settled == self._committed != row["done_position"]:
            # Somebody has replayed it, or its messages are gone.
            self._go_to(row["done_position"])
        if self._last > self._after or self._is_due:
            self._news.set()

    async def end(self) -> None:
        """Take nothing new, wait a while for what is under way, commit it."""
        self._ending.set()
        self._news.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                await asyncio.wait([self._task])
        await self.drop()

    async def drop(self) -> None:
        """The lease is not ours any more: end at once."""
        self._task.cancel()
        await asyncio.wait([self._task])

    def _note_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("sink failed", exc_info=error, extra={"task": task.get_name()})

    async def _run(self) -> None:
        sender: Sender | None = None
        try:
            while not self._ending.is_set():
                try:
                    if sender is None:
                        sender = await self._destination.open(self._stream)
                    await self._send_all(sender)
                except C360Error as error:
                    if error.code == _TAKEN:
                        return
                    logger.warning(
                        "sink waits for the database", extra=self._said(code=error.code, error=error.message)
                    )
                    await self._rest(_LONGEST_DATABASE_PAUSE)
                except DestinationFailed as error:
                    with contextlib.suppress(C360Error):
                        await self._fail(str(error))
        finally:
            await self._give_up()
            if sender is not None:
                await sender.close()

    async def _send_all(self, sender: Sender) -> None:
        """Send until told to end, or until something fails."""
        self._looked_at = self._moved_at = time.monotonic()
        try:
            while await self._step(sender):
                pass
        finally:
            for task in (self._reading, self._committing):
                if task is not None:
                    task.cancel()
                    await asyncio.wait([task])
            self._reading = self._committing = None

    async def _step(self, sender: Sender) -> bool:
        """Take what has ended, begin what can begin, wait for what comes; False when it is time to end or go back."""
        is_taken = self._settle_first()
        if not is_taken or self._has_ended(self._committing):
            if self._committing is not None and not await self._committed_well():
                return False
            if not is_taken:
                await self._begin_again()
                return True
        if self._committing is None and self._settled > self._committed:
            self._committing = asyncio.create_task(self._commit())
        if self._reading is not None and self._reading.done():
            self._take_read(sender)

        is_free = not self._flying and self._committing is None and self._reading is None
        if is_free and self._ending.is_set():
            return False
        if is_free and self._is_due:
            await self._send_due(sender)
            return True
        await self._look_at(sender, is_free=is_free)
        self._news.clear()
        if self._reading is None and self._may_read(sender):
            self._reading = asyncio.create_task(self._read())
        await self._until_something()
        return True

    @staticmethod
    def _has_ended(task: asyncio.Task[Any] | None) -> bool:
        return task is not None and task.done()

    def _settle_first(self) -> bool:
        """Take what became of the batches that have ended, in order; False when something is left of one."""
        while self._flying and self._flying[0].sending.done():
            self._moved_at = time.monotonic()
            if not self._settle(self._flying.popleft()):
                return False
        return True

    async def _committed_well(self) -> bool:
        committing, self._committing = self._committing, None
        return committing is None or await committing

    def _take_read(self, sender: Sender) -> None:
        if self._reading is not None:
            after, messages = self._reading.result()
            self._reading = None
            # Not when it has gone elsewhere meanwhile.
            if messages and after == self._after and not self._ending.is_set() and time.monotonic() < self._until:
                self._give(sender, messages)

    def _may_read(self, sender: Sender) -> bool:
        return (
            self._last > self._after
            and not self._ending.is_set()
            and not self._is_due
            and len(self._flying) < sender.overlap
            and (not self._flying or self._room.held + _READ_BYTES <= self._room.most)
            and time.monotonic() < self._until
        )

    async def _until_something(self) -> None:
        first = self._flying[0].sending if self._flying else None
        waiting: set[asyncio.Task[Any]] = {
            task for task in (self._reading, self._committing, first) if task is not None
        }
        news = asyncio.create_task(self._news.wait())
        try:
            await asyncio.wait(waiting | {news}, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()

    async def _read(self) -> tuple[int, list[LogMessage]]:
        after = self._after
        rows = await self._db.rows(
            "c360.read_sink",
            sink_id=self.sink_id,
            token=self.token,
            after=after,
            limit=_READ,
            bytes=_READ_BYTES,
        )
        if not rows and after == self._after:
            self._last = after  # until we hear more
        return after, [self._message(row) for row in rows]

    def _message(self, row: Any) -> LogMessage:
        position, message_id, kind, key, created_at, body, ended_keys = row
        return LogMessage(
            self._stream.tenant, self._stream.topic, position, message_id, kind, key, created_at, body, ended_keys or ()
        )

    def _give(self, sender: Sender, messages: list[LogMessage]) -> None:
        batch = _Batch(messages, asyncio.create_task(sender.send(messages)))
        self._flying.append(batch)
        self._room.held += batch.bytes
        self._after = messages[-1].position

    def _settle(self, batch: _Batch) -> bool:
        """Take what became of a batch; False when something is left of it."""
        self._room.held -= batch.bytes
        try:
            outcome = batch.sending.result()
        except DestinationFailed as error:
            outcome = SendOutcome(0, problem=str(error))
        except Exception as error:
            logger.exception("sending failed", extra=self._said())
            outcome = SendOutcome(0, problem=f"{type(error).__name__}: {error}")
        self._note(batch.messages, outcome)
        if outcome.acknowledged == len(batch.messages):
            self._pause = _FIRST_PAUSE
            return True
        self._reason = outcome.problem or "It was not taken."
        return False

    def _note(self, messages: list[LogMessage], outcome: SendOutcome) -> None:
        if outcome.place is not None:
            self._outcome["place"] = outcome.place
            self._stream = replace(self._stream, place=outcome.place)
        if outcome.lost is not None:
            self._outcome["lost"] = outcome.lost
            logger.error("what was sent is lost at the other side", extra=self._said(lost=outcome.lost))
        if not outcome.acknowledged:
            return
        refused = {place: why for place, why in outcome.refused.items() if place < outcome.acknowledged}
        sent = outcome.acknowledged - len(refused)
        self._settled = messages[outcome.acknowledged - 1].position
        self._outcome["sent"] += sent
        self._outcome["refused"] += _refusals(messages, refused)
        metrics.SENT.labels(*self._labels).inc(sent)
        if refused:
            metrics.REFUSED.labels(*self._labels).inc(len(refused))
            logger.error(
                "messages can never be sent", extra=self._said(count=len(refused), reason=next(iter(refused.values())))
            )

    async def _commit(self) -> bool:
        """Move the position to what is settled; False when it stands elsewhere, where everything begins again."""
        outcome, self._outcome = self._outcome, _nothing()
        target = self._settled
        self.commits += 1
        try:
            stands = await self._db.call(
                "c360.commit_sink",
                sink_id=self.sink_id,
                token=self.token,
                **{"from": self._committed},
                position=target,
                outcome=outcome,
            )
        except BaseException:
            # Maybe it was committed, maybe not: said once more it does no harm.
            self._outcome["sent"] += outcome["sent"]
            self._outcome["refused"] += outcome["refused"]
            for name in ("place", "lost"):
                self._outcome[name] = self._outcome[name] or outcome[name]
            raise
        finally:
            self.commits += 1
        if self._problem is not None:
            logger.info("sink sends again", extra=self._said())
            self._problem = None
        if stands != target:
            await self._give_up()
            self._go_to(stands)
            return False
        self._committed = target
        return True

    def _go_to(self, position: int) -> None:
        self._committed = self._settled = self._after = position
        self._last = max(self._last, position + 1)
        self._outcome = _nothing() | {name: self._outcome[name] for name in ("place", "lost")}

    async def _begin_again(self) -> None:
        """After a batch that was not taken: let the others end, commit what is settled, go back to what is left."""
        reason = self._reason
        await self._give_up(wait=True)
        if self._settled > self._committed and not await self._commit():
            return
        self._go_to(self._committed)
        await self._fail(reason)

    async def _fail(self, problem: str) -> None:
        if problem != self._problem:
            logger.warning("sink does not send", extra=self._said(problem=problem))
            await self._tell(problem=problem)
            self._problem = problem
        metrics.FAILURES.labels(*self._labels).inc()
        await self._rest()

    async def _rest(self, longest: float = _LONGEST_PAUSE) -> None:
        await _sleep(min(self._pause, longest) * random.uniform(0.8, 1.2), self._ending)  # noqa: S311
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    async def _look_at(self, sender: Sender, *, is_free: bool) -> None:
        """Now and then ask the sender what is to be said of the other side."""
        now = time.monotonic()
        if not (
            (is_free and now - self._looked_at > _LOOK_EVERY)
            or (self._flying and now - max(self._looked_at, self._moved_at) > _PATIENCE)
        ):
            return
        self._looked_at = now
        try:
            outcome = await sender.look()
        except DestinationFailed as error:
            outcome = SendOutcome(0, problem=str(error))
        problem = None if outcome is None else outcome.problem
        if outcome is not None and outcome.lost is not None:
            await self._tell(lost=outcome.lost, place=outcome.place)
            logger.error("what was sent is lost at the other side", extra=self._said(lost=outcome.lost))
        if problem != self._problem:
            await self._tell(problem=problem)
            if problem is not None:
                logger.warning("sink does not send", extra=self._said(problem=problem))
            self._problem = problem

    async def _tell(self, **note: Any) -> None:
        await self._db.call("c360.note_sink", sink_id=self.sink_id, token=self.token, note=note)

    async def _send_due(self, sender: Sender) -> None:
        """Try messages again that were refused, now that nothing else is under way."""
        self._is_due = False
        rows = await self._db.rows("c360.read_due_refusals", sink_id=self.sink_id, token=self.token, limit=100)
        messages = [self._message(row) for row in rows]
        if not messages:
            return
        outcome = await sender.send(messages)
        tried = range(outcome.acknowledged)
        refused = {place: why for place, why in outcome.refused.items() if place in tried}
        await self._db.call(
            "c360.settle_refusals",
            sink_id=self.sink_id,
            token=self.token,
            sent=[messages[place].position for place in tried if place not in refused],
            refused=_refusals(messages, refused),
        )
        if outcome.acknowledged < len(messages):
            raise DestinationFailed(outcome.problem or "It was not taken.")

    async def _give_up(self, *, wait: bool = False) -> None:
        """Forget what is under way; with `wait`, when it has ended."""
        flying, self._flying = self._flying, deque()
        for batch in flying:
            self._room.held -= batch.bytes
            if not wait:
                batch.sending.cancel()
        if flying:
            await asyncio.gather(*(batch.sending for batch in flying), return_exceptions=True)

    def _said(self, **more: Any) -> dict[str, Any]:
        sink, tenant, topic = self._labels
        return {"sink": sink, "tenant": tenant, "topic": topic} | more


def _nothing() -> dict[str, Any]:
    return {"sent": 0, "refused": [], "place": None, "lost": None}


def _refusals(messages: Sequence[LogMessage], refused: dict[int, str]) -> list[dict[str, Any]]:
    return [{"position": messages[place].position, "reason": why} for place, why in refused.items()]


def _bytes(messages: Sequence[LogMessage]) -> int:
    return sum(len(message.body) for message in messages)


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
