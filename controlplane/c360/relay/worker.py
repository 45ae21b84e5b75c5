"""Sends for one subscription: reads the deliveries of all lanes it leased, sends them, settles the answers.

One worker serves every lane this relay holds of a subscription, so that one call reads and one settles for all of them.
Calls never overlap each other; sending overlaps both. Keeps the order of a key: one request at a time for each key of
an ordered subscription, and after a failure nothing more of that key until the database has parked it. Other keys go
on. Every write is fenced by the tokens of the leases: lanes that passed to another relay are dropped, others go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from c360.adapters.http import Answer
from c360.domain.errors import C360Error, DatabaseUnreachable, TryAgain
from c360.relay import metrics
from c360.relay.endpoint import Endpoint, Hand, Slots
from c360.relay.rendering import Message
from c360.relay.sender import Clock, Sender

logger = logging.getLogger(__name__)

_READ_AHEAD = 512
_PROBE_AHEAD = 8
_SETTLE_EVERY = 0.03
_SETTLE_AT = 400
_LOOK_AGAIN_AFTER = 1.0
_RENEW_EVERY = 8.0
_TURN_SECONDS = 10.0
_SLOT_AGAIN_AFTER = 0.02
_RELEASE_RETRIES = (0.1, 0.5, 1.0)
_SETTLE_RETRIES = (0.1, 0.5, 1.0, 2.0, 4.0)
# So many failures of the endpoint in a row open its circuit: asked at once, before more messages lose an attempt.
_FAILURES_AT_ONCE = 10
_FEW = 32
_IDLE = 1.0
_OF_THE_MESSAGE = ("lost", "template", "refused", "answer")
_SERVER_ERROR, _TOO_MANY, _UNAVAILABLE = 500, 429, 503


class Door(Protocol):
    """What a worker needs of the database."""

    async def call(self, function: str, *arguments: Any, **named: Any) -> Any: ...
    async def rows(self, function: str, *arguments: Any, **named: Any) -> list[Any]: ...


class TenantDoor:
    """The door for all workers of one tenant: at most `most` calls at once.

    What a transaction of the tenant holds makes its calls wait; the connections of the others stay free.
    """

    def __init__(self, door: Door, most: int) -> None:
        self._door = door
        self._turns = asyncio.Semaphore(most)

    async def call(self, function: str, *arguments: Any, **named: Any) -> Any:
        async with self._turns:
            return await self._door.call(function, *arguments, **named)

    async def rows(self, function: str, *arguments: Any, **named: Any) -> list[Any]:
        async with self._turns:
            return await self._door.rows(function, *arguments, **named)


@dataclass(frozen=True)
class Lease:
    """A lane this relay may serve, as c360.claim_lanes() gave it."""

    subscription_id: UUID
    lane: int
    token: int
    url: str
    is_ordered: bool
    lane_count: int
    max_in_flight: int
    timeout_seconds: float
    rate_per_second: float | None
    batch_max: int
    most_requests: int | None
    secret_version: int


@dataclass(slots=True)
class Delivery:
    delivery_id: int
    lane: int
    chain: int
    message: Message
    is_lost: bool = False

    @property
    def size(self) -> int:
        return len(self.message.body)


@dataclass(slots=True)
class Chain:
    """Deliveries of one key in their order; of an unordered subscription each is a chain of its own."""

    lane: int
    waiting: deque[Delivery] = field(default_factory=deque)
    is_sending: bool = False
    has_failed: bool = False


@dataclass(slots=True)
class Lane:
    """`after` is the last delivery the lane gave; `again` where the next read has to begin instead.

    Kept apart, because a read that is under way goes on from where it was and must not forget what is to be read again.
    """

    token: int
    after: int = 0
    again: int | None = None


@dataclass(slots=True)
class Results:
    """Answers that are not settled yet."""

    done: list[int] = field(default_factory=list)
    done_lanes: list[int] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)
    named: list[dict[str, str]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    chains: set[int] = field(default_factory=set)
    first_at: float = 0.0

    def __len__(self) -> int:
        return len(self.done) + len(self.failed)


class Worker:
    """One turn at a subscription. `news()` grows whenever this relay has made deliveries for anybody."""

    def __init__(
        self,
        db: Door,
        sender: Sender,
        leases: Iterable[Lease],
        *,
        endpoint: Endpoint,
        slots: Slots,
        hand: Hand,
        stop: asyncio.Event,
        news: Callable[[], int],
    ) -> None:
        self._db = db
        self._sender = sender
        self._endpoint = endpoint
        self._slots = slots
        self._hand = hand
        self._stop = stop
        self._news = news
        first, *others = leases
        self._lease = first
        self._most = first.most_requests
        self._secret_version = first.secret_version
        self._lanes = {first.lane: Lane(first.token)}
        self._go_on = True
        self._keeps_leases = False
        self._clock = Clock.at(0)
        self._keys: list[bytes] = []
        self._chains: dict[int, Chain] = {}
        self._ready: deque[int] = deque()
        self._held: dict[int, Delivery] = {}
        self._queued = self._under_way = 0
        self._in_flight: set[asyncio.Task[None]] = set()
        self._results = Results()
        self._wake = asyncio.Event()
        self._error: BaseException | None = None
        self._failures_in_row = 0
        self._began = self._read_at = self._settled_at = time.monotonic()
        self._seen_news = -1
        self._has_more = True
        for lease in others:
            self.add(lease)

    @property
    def subscription_id(self) -> UUID:
        return self._lease.subscription_id

    @property
    def lane_count(self) -> int:
        return len(self._lanes)

    def add(self, lease: Lease) -> None:
        """Serve one more lane of the subscription."""
        self._lanes[lease.lane] = Lane(lease.token)
        self._has_more = True
        self._wake.set()

    def notice(self) -> None:
        """Something changed outside: there is news, or the relay stops."""
        self._wake.set()

    def is_at_work(self) -> bool:
        """Takes more lanes, because its turn is not at its end."""
        return self._go_on and not self._is_over()

    async def run(self) -> None:
        """Serve until nothing is left, the turn is over, the endpoint needs a rest, or the relay stops."""
        try:
            await self._serve()
        except C360Error as error:
            # A refusal would come again at once: then the leases are kept until they end.
            logger.warning("turn given up", extra={**self._fields(), "code": error.code, "error": error.message})
            self._keeps_leases = not isinstance(error, DatabaseUnreachable | TryAgain)
        except Exception:
            # A fault of ours would come again at once too. Whoever awaits this turn tells it.
            self._keeps_leases = True
            raise
        finally:
            self._go_on = False
            left = list(self._in_flight)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            for delivery_id in list(self._held):
                self._let_go(delivery_id)
            self._put_down(self._under_way)  # what was cancelled
            if not self._keeps_leases and self._lanes:
                with contextlib.suppress(C360Error):
                    await self._release()

    async def _serve(self) -> None:
        self._keys = await self._sender.keys(self._lease.subscription_id, self._secret_version)
        while self._lanes:
            if self._must_settle():
                await self._settle()
            if self._may_read():
                await self._read()
            pause = self._start()
            if self._error is not None:
                raise self._error
            if not (self._in_flight or len(self._results) or self._waits_to_send()):
                if not self._may_read():
                    return
                continue
            await self._rest(pause)

    def _is_over(self) -> bool:
        return time.monotonic() - self._began > _TURN_SECONDS

    def _may_start(self) -> bool:
        return self._go_on and not self._stop.is_set() and not self._is_over()

    def _waits_to_send(self) -> bool:
        return bool(self._ready) and self._may_start()

    def _limit(self) -> int:
        """Most requests of this worker at once."""
        share = max(1, self._lease.max_in_flight * len(self._lanes) // self._lease.lane_count)
        limit = share if self._most is None else min(share, self._most)
        return max(1, min(limit, self._endpoint.window))

    def _rate(self) -> float | None:
        """Requests a second this worker may begin: its share of what the subscription allows over all relays."""
        rate = self._lease.rate_per_second
        return None if rate is None else rate * max(1, len(self._lanes)) / self._lease.lane_count

    def _may_read(self) -> bool:
        if not self._may_start() or self._queued >= _READ_AHEAD // 2:
            return False
        return self._has_more or self._seen_news != self._news() or time.monotonic() - self._read_at > _LOOK_AGAIN_AFTER

    async def _read(self) -> None:
        self._seen_news = self._news()
        self._read_at = time.monotonic()
        lanes = sorted(self._lanes)
        for lane in self._lanes.values():
            if lane.again is not None:
                lane.after, lane.again = min(lane.after, lane.again), None
        limit = _READ_AHEAD if self._most is None else _PROBE_AHEAD
        room = self._hand.room()
        self._has_more = False
        # What a lane was given before comes after its last one only where it was told to begin again.
        again = [
            held.delivery_id
            for held in self._held.values()
            if (of := self._lanes.get(held.lane)) is not None and held.delivery_id > of.after
        ]
        rows = await self._db.rows(
            "c360.read_deliveries",
            **self._place(lanes),
            after=[self._lanes[number].after for number in lanes],
            in_hand=again,
            limit=limit,
            bytes=room,
        )
        if rows:
            self._clock = Clock.at(rows[-1]["read_at"])
        before = self._hand.held
        for row in rows:
            self._take(row)
        self._has_more = self._has_more or len(rows) >= _FEW or self._hand.held - before >= room // 2

    def _take(self, row: Any) -> None:
        lane, delivery_id = self._lanes.get(row["lane"]), row["delivery_id"]
        if lane is None:
            return
        if row["is_cut"]:
            self._read_again(lane, delivery_id)
            return
        if not row["is_retry"]:
            lane.after = delivery_id
        key = row["lane"] << 32 | row["key_hash"] & 0xFFFFFFFF if self._lease.is_ordered else -delivery_id
        chain = self._chains.get(key)
        if chain is not None and chain.has_failed:
            self._read_again(lane, delivery_id)  # when the failure is settled
            return
        if chain is None:
            chain = self._chains[key] = Chain(row["lane"])
        message = Message(row["message_id"], row["body"] or "", row["topic"], row["key"], row["attempt"] + 1)
        delivery = Delivery(delivery_id, row["lane"], key, message, is_lost=row["body"] is None)
        self._held[delivery_id] = delivery
        self._hand.held += delivery.size
        chain.waiting.append(delivery)
        self._queued += 1
        if not chain.is_sending and len(chain.waiting) == 1:
            self._ready.append(key)

    def _start(self) -> float:
        """Begin requests as far as they may; seconds after which to try again."""
        while self._ready and len(self._in_flight) < self._limit():
            slot = self._slots.take(self._endpoint)
            if slot is None:
                return _SLOT_AGAIN_AFTER
            delivery = self._next()
            if delivery is None:
                self._slots.give_back(slot)
                return self._endpoint.wait_seconds(self._rate()) or _SLOT_AGAIN_AFTER
            task = asyncio.create_task(self._send(delivery), name="c360 webhook")
            self._in_flight.add(task)
            metrics.IN_FLIGHT.inc()
            task.add_done_callback(partial(self._sent, slot))
        return _IDLE

    def _next(self) -> Delivery | None:
        """The next delivery that may be sent now."""
        if not self._may_start() or self._failures_in_row >= _FAILURES_AT_ONCE:
            return None
        while self._ready:
            if self._endpoint.wait_seconds(self._rate()) > 0:
                return None
            key = self._ready.popleft()
            chain = self._chains.get(key)
            if chain is None or chain.is_sending or not chain.waiting:
                continue
            delivery = chain.waiting[0]
            if delivery.is_lost:
                chain.waiting.popleft()
                self._queued -= 1
                self._fail(delivery, "lost")
                continue
            if not self._take_up(chain):
                self._ready.appendleft(key)
                return None
            self._endpoint.began(self._rate())
            return delivery
        return None

    def _take_up(self, chain: Chain) -> bool:
        """Begin to send the first delivery of a chain, if there is memory for it; _put_down() has to follow."""
        size = chain.waiting[0].size
        if not self._hand.begin(size):
            return False
        self._under_way += size
        chain.waiting.popleft()
        chain.is_sending = True
        self._queued -= 1
        return True

    def _put_down(self, size: int) -> None:
        self._hand.end(size)
        self._under_way -= size

    async def _send(self, delivery: Delivery | None) -> None:
        """Send one delivery after the other as long as there are any and no fewer requests are wanted."""
        try:
            while delivery is not None:
                batch = self._with_more(delivery)
                answer = await self._post([one.message for one in batch])
                self._put_down(sum(one.size for one in batch))
                self._note(batch, answer)
                delivery = self._next() if len(self._in_flight) <= self._limit() else None
        except Exception as error:
            self._error = error

    async def _post(self, messages: list[Message]) -> Answer:
        url, timeout = self._lease.url, self._lease.timeout_seconds
        if len(messages) > 1:
            return await self._sender.send_batch(url, self._keys, messages, clock=self._clock, timeout=timeout)
        return await self._sender.send(url, self._keys, messages[0], clock=self._clock, timeout=timeout)

    def _with_more(self, delivery: Delivery) -> list[Delivery]:
        """What goes in one request with this one: of the same keys in their order. What failed before goes alone, so
        that a bad one does not take others along again."""
        batch = [delivery]
        most = self._lease.batch_max
        if most <= 1 or not self._may_join(delivery):
            return batch
        for key in [delivery.chain, *self._ready]:
            chain = self._chains.get(key)
            if chain is None or (chain.is_sending and key != delivery.chain):
                continue
            while chain.waiting and len(batch) < most and self._may_join(following := chain.waiting[0]):
                if not self._take_up(chain):
                    return batch
                batch.append(following)
            if len(batch) >= most:
                break
        return batch

    def _may_join(self, delivery: Delivery) -> bool:
        """Whether a delivery may go in one request with others."""
        message = delivery.message
        return not delivery.is_lost and message.attempt == 1 and self._sender.may_batch(self._keys, message)

    def _sent(self, slot: bool, task: asyncio.Task[None]) -> None:
        metrics.IN_FLIGHT.dec()
        self._slots.give_back(slot)
        self._in_flight.discard(task)
        self._wake.set()

    def _note(self, batch: list[Delivery], answer: Answer) -> None:
        metrics.outcome(answer.error or "delivered").inc(len(batch))
        metrics.SEND_SECONDS.observe(answer.ms / 1000)
        if answer.error is None:
            self._note_success(batch, answer)
        else:
            self._note_failure(answer)
            self._fail_all(batch, answer.error, answer)

    def _note_success(self, batch: list[Delivery], answer: Answer) -> None:
        self._endpoint.succeeded(self._lease.max_in_flight)
        self._failures_in_row = 0
        results = self._results
        if not len(results):
            results.first_at = time.monotonic()
            self._wake.set()
        results.done += [delivery.delivery_id for delivery in batch]
        results.done_lanes += [delivery.lane for delivery in batch]
        results.durations += [answer.ms] * len(batch)
        if answer.message_id is not None and len(batch) == 1:
            sent = {"message_id": batch[0].message.message_id, "provider_message_id": answer.message_id}
            results.named.append(sent)
        for failure in reversed(results.failed):
            if not failure["is_last"]:
                break
            failure["is_last"] = False
        for key in dict.fromkeys(delivery.chain for delivery in batch):
            chain = self._chains[key]
            chain.is_sending = False
            if chain.waiting:
                self._ready.append(key)
            else:
                del self._chains[key]
        if len(results) >= _SETTLE_AT or (self._has_more and self._queued < _READ_AHEAD // 2):
            self._wake.set()

    def _fail_all(self, batch: list[Delivery], error: str, answer: Answer) -> None:
        """The first of each key has failed; others of it wait for what becomes of that one."""
        failed: set[int] = set()
        for delivery in batch:
            if delivery.chain not in failed:
                failed.add(delivery.chain)
                self._fail(delivery, error, answer)
                continue
            self._let_go(delivery.delivery_id)
            if (lane := self._lanes.get(delivery.lane)) is not None:
                self._read_again(lane, delivery.delivery_id)

    def _note_failure(self, answer: Answer) -> None:
        if answer.status == _TOO_MANY or (answer.status == _UNAVAILABLE and answer.retry_after):
            self._endpoint.refused(answer.retry_after or 1.0)
        elif _is_of_the_endpoint(answer.error, answer.status):
            self._endpoint.failed()
            self._failures_in_row += 1

    def _fail(self, delivery: Delivery, error: str, answer: Answer | None = None) -> None:
        """Note a failure and let the deliveries of its key go that come after it: they wait for what becomes of it."""
        results = self._results
        if not len(results):
            results.first_at = time.monotonic()
        result: dict[str, Any] = {
            "lane": delivery.lane,
            "delivery_id": delivery.delivery_id,
            "error": error,
            "status": None,
            "ms": 0,
            "is_last": True,
        }
        if answer is not None:
            result |= {
                "status": answer.status,
                "ms": answer.ms,
                "retry_after": answer.retry_after,
                "answer": _storable(answer.text),
            }
            logger.info("delivery failed", extra={**self._fields(), "error": error, "status": answer.status})
        results.failed.append(result)
        results.chains.add(delivery.chain)
        chain = self._chains.setdefault(delivery.chain, Chain(delivery.lane))
        chain.has_failed = True
        self._put_back(chain)
        self._wake.set()

    def _put_back(self, chain: Chain) -> None:
        """Let what waits of a chain go; it is read again from its first one on."""
        lane = self._lanes.get(chain.lane)
        if chain.waiting and lane is not None:
            self._read_again(lane, chain.waiting[0].delivery_id)
        for delivery in chain.waiting:
            self._let_go(delivery.delivery_id)
        self._queued -= len(chain.waiting)
        chain.waiting.clear()

    def _read_again(self, lane: Lane, delivery_id: int) -> None:
        """Read the lane again from this delivery on."""
        lane.again = delivery_id - 1 if lane.again is None else min(lane.again, delivery_id - 1)
        self._has_more = True

    def _let_go(self, delivery_id: int) -> None:
        delivery = self._held.pop(delivery_id, None)
        if delivery is not None:
            self._hand.held -= delivery.size

    async def _rest(self, pause: float) -> None:
        """Until something is to be done."""
        self._wake.clear()
        if len(self._results):
            pause = min(pause, max(0.0, self._results.first_at + _SETTLE_EVERY - time.monotonic()))
        if self._must_settle() or self._may_read() or pause <= 0:
            await asyncio.sleep(0)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._wake.wait()

    def _must_settle(self) -> bool:
        now = time.monotonic()
        results = self._results
        if len(results) >= _SETTLE_AT or now - self._settled_at >= _RENEW_EVERY:
            return True
        if results.failed and self._failures_in_row >= _FAILURES_AT_ONCE:
            return True
        return bool(len(results)) and (now - results.first_at >= _SETTLE_EVERY or not self._in_flight)

    async def _settle(self) -> None:
        self._settled_at = time.monotonic()
        self._failures_in_row = 0
        results, self._results = self._results, Results()
        lanes = sorted(self._lanes)
        if results.named:
            await self._note_sent(results.named)
        (reply,) = await self._kept(
            "c360.settle_deliveries",
            {
                **self._place(lanes),
                "done_lanes": results.done_lanes,
                "done": results.done,
                "durations": results.durations,
                "failed": results.failed,
            },
        )
        for delivery_id in results.done:
            self._let_go(delivery_id)
        for failure in results.failed:
            self._let_go(failure["delivery_id"])
            lane = self._lanes.get(failure["lane"])
            if lane is not None and _is_of_the_endpoint(failure["error"], failure["status"]):
                self._read_again(lane, failure["delivery_id"])  # it may have stayed where it was
        for key in results.chains:
            del self._chains[key]
        self._drop_lanes(set(lanes) - set(reply["held"]))
        self._go_on = self._go_on and reply["go_on"]
        self._most = reply["most_requests"]
        if reply["secret_version"] not in (None, self._secret_version):
            self._secret_version = reply["secret_version"]
            self._keys = await self._sender.keys(self._lease.subscription_id, self._secret_version)

    async def _note_sent(self, named: list[dict[str, str]]) -> None:
        """By which ids the provider's callbacks will name what it took. Before it is settled: what is lost here is sent
        again, and has another id then."""
        try:
            await self._kept("c360.note_sent_messages", {"subscription_id": self.subscription_id, "sent": named})
        except (DatabaseUnreachable, TryAgain):
            raise
        except C360Error as error:
            logger.warning("callbacks will not be known", extra={**self._fields(), "code": error.code})

    async def _kept(self, function: str, arguments: dict[str, Any]) -> list[Any]:
        """Answers are worth keeping: try again while the leases last. A repeat changes nothing."""
        for delay in _SETTLE_RETRIES:
            try:
                return await self._db.rows(function, **arguments)
            except (DatabaseUnreachable, TryAgain):
                await asyncio.sleep(delay)
        return await self._db.rows(function, **arguments)

    def _drop_lanes(self, lost: set[int]) -> None:
        """Others serve these now: send nothing more of them."""
        for number in lost:
            metrics.LEASES_LOST.inc()
            logger.warning("lease lost", extra={**self._fields(), "lane": number})
            del self._lanes[number]
        if lost:
            for chain in self._chains.values():
                if chain.lane in lost:
                    self._put_back(chain)

    async def _release(self) -> None:
        place = self._place(sorted(self._lanes))
        for delay in _RELEASE_RETRIES:
            try:
                await self._db.call("c360.release_lanes", **place)
            except (DatabaseUnreachable, TryAgain):
                await asyncio.sleep(delay)
            else:
                return
        await self._db.call("c360.release_lanes", **place)

    def _place(self, lanes: list[int]) -> dict[str, Any]:
        return {
            "subscription_id": self._lease.subscription_id,
            "lanes": lanes,
            "tokens": [self._lanes[lane].token for lane in lanes],
        }

    def _fields(self) -> dict[str, Any]:
        return {"subscription_id": str(self._lease.subscription_id)}


def _storable(text: str) -> str:
    """As PostgreSQL takes it. What token servers say may hold anything, and settling must not fail for it."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _is_of_the_endpoint(error: str | None, status: int | None) -> bool:
    """True for failures that are not about one message; c360._is_endpoint_failure() decides what follows."""
    if error in _OF_THE_MESSAGE:
        return False
    return error != "status" or status is None or status >= _SERVER_ERROR or status == _TOO_MANY
