"""The loop of a relay: fan out, claim lanes and hand them to workers, sleep until the bell.

Any number of identical relays share the work through leases in the database: no leader, no configuration. Polling is
always underneath; the bell only makes it quicker. Stopping claims nothing new, finishes what is in flight, gives the
leases back.

Sends from one database only: a relay that finds itself at a copy of it, or at a promoted standby, ends with U5003.
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
from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakValueDictionary

from c360.adapters.database import Database
from c360.adapters.listener import Listener
from c360.domain.errors import C360Error, DatabaseUnreachable, RelayRefused
from c360.relay import metrics
from c360.relay.client import verifying_tls, webhook_client
from c360.relay.endpoint import Endpoint, Hand, Slots
from c360.relay.secrets import Keyring, load_keyring
from c360.relay.sender import Sender
from c360.relay.worker import Lease, TenantDoor, Worker
from c360.settings import Settings

logger = logging.getLogger(__name__)

BELL = "relay"
_LANES = 4096
_CLAIM = 64
_REQUESTS = 1024
# Text of messages in memory: of all workers, at most and at least of one read, and under way.
_HELD_BYTES, _READ_BYTES, _READ_BYTES_LEAST, _SENT_BYTES = 24 << 20, 2 << 20, 256 << 10, 8 << 20
_FORGET_ENDPOINT_AFTER = 3600.0
# Under load messages are fanned out in handfuls: each step is a commit, which producers on the same disk feel.
_STEP_EVERY = 0.01
_SHORT_POLLS = 3
_SHORT_POLL = 0.05
_RING_EVERY = 0.05
_REMIND_EVERY = 10
_RENEW_EVERY = 5.0
# One of two clocks that are so far apart is wrong, and receivers refuse what is five minutes off.
_CLOCK_TOLERANCE = 60.0
# Status counts what waits: of a long backlog it takes its time, and no more than a twentieth of all.
_STATUS_EVERY, _STATUS_SHARE = 15.0, 0.05
_HOUSEKEEPING_EVERY = 300.0


class Bells(Protocol):
    """What the loop needs of a listener."""

    async def wait(self, name: str, timeout: float, *, stop: asyncio.Event | None = None) -> bool: ...  # noqa: ASYNC109


async def run_relay(db: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Relay until `stop` is set. Raises RelayRefused (U5003) in a copied or moved database."""
    keyring = cache(lambda: _keyring(settings))
    async with (
        webhook_client(settings) as http,
        Listener(settings.listen_dsn or db.dsn, application_name="c360 relay bell", bells=[BELL]) as listener,
    ):
        sender = Sender(db, http, keyring, tls=lambda: verifying_tls(settings))
        relay = Relay(db, sender, listener, poll_seconds=settings.relay_poll_seconds)
        await relay.run(stop)


class Relay:
    """One relay."""

    def __init__(self, db: Database, sender: Sender, bells: Bells, *, poll_seconds: float = 1.0) -> None:
        self._db = db
        self._sender = sender
        self._bells = bells
        self._poll = poll_seconds
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._workers: dict[asyncio.Task[None], Worker] = {}
        self._endpoints: dict[UUID, Endpoint] = {}
        self._slots = Slots(_REQUESTS)
        self._hand = Hand(_HELD_BYTES, _READ_BYTES, _READ_BYTES_LEAST, _SENT_BYTES)
        self._doors: WeakValueDictionary[str, TenantDoor] = WeakValueDictionary()
        self._news = 0
        self._next_due: float | None = None
        self._is_asleep = False
        self._is_clock_off = False
        self._quiet_polls = 0
        self._mark = 0
        self._renewed_at = self._stepped_at = 0.0
        self._stop = asyncio.Event()
        self._hints: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
        self._hinted = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set and everything in flight is settled."""
        self._stop = stop
        await self._patiently(self._renew, stop)
        # A connection that had to be made anew may end at another server than the one before.
        self._db.greet_with("c360.renew_relay", self._note_mark, self._whoami)
        logger.info("relay started", extra={"relay": self._name})
        background = [
            asyncio.create_task(self._ring_topics(), name="c360 relay ring"),
            asyncio.create_task(self._every(self._poll, self._bury), name="c360 relay bury"),
            asyncio.create_task(self._every(self._poll, self._backfill), name="c360 relay backfill"),
            asyncio.create_task(self._every(_STATUS_EVERY, self._show_status), name="c360 relay status"),
            asyncio.create_task(self._every(_HOUSEKEEPING_EVERY, self._keep_house), name="c360 relay housekeeping"),
        ]
        try:
            while not stop.is_set():
                await self._patiently(lambda: self._step(stop), stop)
        finally:
            for task in background:
                task.cancel()
            self._notice()
            await asyncio.gather(*background, *self._workers, return_exceptions=True)
            with contextlib.suppress(C360Error):
                await self._set_asleep(False)
            logger.info("relay stopped", extra={"relay": self._name})

    async def _renew(self) -> None:
        self._note_mark(await self._db.call("c360.renew_relay", **self._whoami()))
        self._renewed_at = time.monotonic()
        ahead = await self._db.call("c360.compare_clocks", relay=self._name, at=time.time())
        metrics.CLOCK_AHEAD.set(ahead)
        is_off = abs(ahead) > _CLOCK_TOLERANCE
        if is_off != self._is_clock_off:
            self._is_clock_off = is_off
            if is_off:
                logger.error("nothing is sent: clocks of relay and database differ", extra={"ahead_seconds": ahead})
            else:
                logger.info("clocks of relay and database agree again")

    def _whoami(self) -> dict[str, Any]:
        return {"relay": self._name, "mark": self._mark}

    def _note_mark(self, mark: int) -> None:
        self._mark = max(self._mark, mark)

    async def _patiently(self, step: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        """Run a step; when the database fails, wait a little longer each time and try again."""
        delay = 0.1
        while not stop.is_set():
            try:
                return await step()
            except C360Error as error:
                if isinstance(error, RelayRefused):
                    raise
                logger.warning("relay waits for the database", extra={"code": error.code, "error": error.message})
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay * random.uniform(0.8, 1.2)):  # noqa: S311
                    await stop.wait()
            delay = min(delay * 2, 5.0)
        return None

    async def _step(self, stop: asyncio.Event) -> None:
        """Work until there is none, then sleep once."""
        polls = 0
        while not stop.is_set():
            if await self._work():
                polls = 0
                await self._set_asleep(False)
                continue
            self._next_due = await self._db.call("c360.next_delivery_due")
            if self._is_asleep:
                if not await self._bells.wait(BELL, self._pause(self._poll), stop=stop):
                    await self._stay_asleep()
                return
            if polls < _SHORT_POLLS:
                polls += 1
                await self._bells.wait(BELL, self._pause(_SHORT_POLL), stop=stop)
            else:
                # Producers ring from here on; what they committed before has to be looked for once more.
                await self._set_asleep(True)

    async def _work(self) -> bool:
        if time.monotonic() - self._renewed_at > _RENEW_EVERY:
            await self._renew()
        if (early := self._stepped_at + _STEP_EVERY - time.monotonic()) > 0:
            await asyncio.sleep(early)
        self._stepped_at = time.monotonic()
        (step,) = await self._db.rows("c360.fan_out")
        if step["has_more"]:
            self._stepped_at = 0.0
        if step["messages"]:
            metrics.FANNED_OUT.inc(step["messages"])
            self._note_hints(step["hints"])
        if step["deliveries"]:
            self._heard()
        claimed = await self._claim()
        return bool(step["messages"] or claimed)

    async def _claim(self) -> int:
        if self._is_clock_off:
            return 0
        room = min(_CLAIM, _LANES - sum(worker.lane_count for worker in self._workers.values()))
        if room <= 0:
            return 0
        rows = await self._db.rows("c360.claim_lanes", relay=self._name, limit=room)
        leases: dict[UUID, list[Lease]] = defaultdict(list)
        tenants: dict[UUID, str] = {}
        for row in rows:
            values = dict(row)
            tenants[row["subscription_id"]] = values.pop("tenant")
            leases[row["subscription_id"]].append(Lease(**values))
        at_work = {worker.subscription_id: worker for worker in self._workers.values() if worker.is_at_work()}
        for subscription_id, claimed in leases.items():
            if subscription_id in at_work:
                for lease in claimed:
                    at_work[subscription_id].add(lease)
            else:
                self._begin(tenants[subscription_id], subscription_id, claimed)
        return len(rows)

    def _begin(self, tenant: str, subscription_id: UUID, leases: list[Lease]) -> None:
        door = self._doors.setdefault(tenant, TenantDoor(self._db, max(1, self._db.size // 2)))
        worker = Worker(
            door,
            self._sender,
            leases,
            endpoint=self._endpoints.setdefault(subscription_id, Endpoint()),
            slots=self._slots,
            hand=self._hand,
            stop=self._stop,
            news=lambda: self._news,
        )
        task = asyncio.create_task(worker.run(), name=f"c360 webhooks {subscription_id}")
        self._workers[task] = worker
        task.add_done_callback(self._worker_done)

    def _heard(self) -> None:
        self._news += 1
        self._notice()

    def _notice(self) -> None:
        for worker in self._workers.values():
            worker.notice()

    def _worker_done(self, task: asyncio.Task[None]) -> None:
        self._workers.pop(task, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("worker failed", exc_info=error, extra={"worker": task.get_name()})

    async def _set_asleep(self, asleep: bool) -> None:
        if self._is_asleep != asleep:
            await self._db.call("c360.await_bell", bell=BELL, awaited=asleep)
            self._is_asleep = asleep

    async def _stay_asleep(self) -> None:
        """Now and then make sure that the bell is still awaited: another relay may have woken and died since."""
        self._quiet_polls += 1
        if self._quiet_polls % _REMIND_EVERY == 0:
            await self._db.call("c360.await_bell", bell=BELL, awaited=True)

    def _pause(self, seconds: float) -> float:
        """With jitter, so that relays do not march in step; shorter when a retry is due before."""
        pause = seconds * random.uniform(0.8, 1.2)  # noqa: S311
        return pause if self._next_due is None else max(0.005, min(pause, self._next_due))

    def _note_hints(self, hints: list[dict[str, Any]]) -> None:
        for hint in hints:
            place = (hint["topic"], hint["tenant"])
            count, last_seq = self._hints[place]
            self._hints[place] = (count + hint["count"], max(last_seq, hint["last_seq"]))
        self._hinted.set()

    async def _ring_topics(self) -> None:
        """Ring the channels people LISTEN to, at most twenty times a second."""
        while True:
            await self._hinted.wait()
            self._hinted.clear()
            hints = [
                {"topic": topic, "tenant": tenant, "count": count, "last_seq": last_seq}
                for (topic, tenant), (count, last_seq) in self._hints.items()
            ]
            self._hints.clear()
            with contextlib.suppress(C360Error):
                await self._db.call("c360.ring_topics", hints=hints)
            await asyncio.sleep(_RING_EVERY)

    async def _every(self, seconds: float, job: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await job()
            except DatabaseUnreachable:
                pass  # the loop says so
            except C360Error as error:
                logger.warning("relay upkeep failed", extra={"code": error.code, "error": error.message})
            await asyncio.sleep(seconds * random.uniform(0.8, 1.2))  # noqa: S311

    async def _bury(self) -> None:
        while await self._db.call("c360.bury_deliveries"):
            pass

    async def _backfill(self) -> None:
        while await self._db.call("c360.backfill_deliveries"):
            self._heard()

    async def _show_status(self) -> None:
        began = time.monotonic()
        (feed,) = await self._db.rows("c360.feed_status")
        metrics.show_status(await self._db.rows("c360.relay_status"), feed)
        metrics.LANES.set(sum(worker.lane_count for worker in self._workers.values()))
        await asyncio.sleep((time.monotonic() - began) / _STATUS_SHARE - _STATUS_EVERY)

    async def _keep_house(self) -> None:
        long_ago = time.monotonic() - _FORGET_ENDPOINT_AFTER
        self._endpoints = {name: known for name, known in self._endpoints.items() if known.used_at > long_ago}
        await self._db.call("c360.maintain_deliveries")
        await self._db.call("c360.maintain_message_partitions")


def _keyring(settings: Settings) -> Keyring:
    master_key = settings.master_key.get_secret_value() if settings.master_key else None
    return load_keyring(settings.data_dir, master_key=master_key, create=False)
