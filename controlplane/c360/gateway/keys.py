"""Knows for a while whom a key speaks for, refuses keys nobody knows, and gives every tenant and key its share.

A refused key costs one question to the database and no line in its log; questions about keys that were never heard of
get two connections and no more. What a transaction of one tenant holds up makes the requests of that tenant wait;
connections, places and memory for the requests of others stay free. The database judges the key of every request
again: what is kept here opens nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from c360.domain.errors import IngestRefused, TryAgain
from c360.gateway.intake import Caller
from c360.gateway.pace import Paces
from c360.gateway.rooms import Hold, Room

_KEPT_SECONDS = 60.0
_KEPT_KEYS = 10_000
# Strangers' keys that may wait to be asked about.
_MOST_ASKING = 200
# How long a request waits for a connection, and for its refusal when its key is too fast.
_PATIENCE_SECONDS = 5.0
_REFUSAL_SECONDS = 1.0


class Share:
    """What one tenant may hold at once: places, bytes of bodies, connections."""

    def __init__(self, places: Room, memory: Room, calls: int) -> None:
        self.places = places
        self.memory = memory
        self._calls = asyncio.Semaphore(calls)

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[None]:
        """One connection as soon as it is free. Raises TryAgain when none is for too long."""
        try:
            await asyncio.wait_for(self._calls.acquire(), _PATIENCE_SECONDS)
        except TimeoutError as error:
            raise TryAgain("the connections of this tenant are all in use", code="55P03") from error
        try:
            yield
        finally:
            self._calls.release()

    @contextlib.asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """One place and one connection. Raises as they do."""
        with Hold(self.places, 1):
            async with self.connection():
                yield


@dataclass(frozen=True)
class Allowance:
    """What there is in all, and for one key and one tenant."""

    places: Room
    memory: Room
    calls: int
    paces: Paces


@dataclass(frozen=True)
class Known:
    """A key that speaks for somebody."""

    key_hash: bytes
    share: Share
    tenant: str


class Keys:
    """Whom keys speak for."""

    def __init__(self, db: Caller, allowance: Allowance, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._allowance = allowance
        self._clock = clock
        self._known: OrderedDict[tuple[bytes, str | None], tuple[Known, float]] = OrderedDict()
        self._shares: WeakValueDictionary[str, Share] = WeakValueDictionary()
        self._asked: dict[tuple[bytes, str | None], asyncio.Task[Known]] = {}
        self._askers = {kind: asyncio.Semaphore(max(1, db.size // 5)) for kind in ("header", "body")}
        self._asking = {"header": 0, "body": 0}

    async def known(self, key_hash: bytes, origin: str | None) -> Known:
        """Whom the key of a header speaks for. Raises U1401 or U1403 as the database would."""
        named = (key_hash, origin)
        kept = self._known.get(named)
        if kept is not None and kept[1] > self._clock():
            return kept[0]
        # However many requests bring a new key, it is asked for once.
        task = self._asked.get(named)
        if task is None:
            task = asyncio.create_task(self._ask("header" if kept is None else None, key_hash, None, origin))
            self._asked[named] = task
            task.add_done_callback(lambda _: self._asked.pop(named, None))
        known = await asyncio.shield(task)
        self._known[named] = (known, self._clock() + _KEPT_SECONDS)
        self._known.move_to_end(named)
        while len(self._known) > _KEPT_KEYS:
            self._known.popitem(last=False)
        return known

    async def admitted(self, key_hash: bytes, origin: str | None) -> Known:
        """Whom the key of a header speaks for, when its turn has come. Raises as `known` and `pace` do."""
        known = await self.known(key_hash, origin)
        await self.pace(known)
        return known

    async def known_by_body(self, body: str, origin: str | None) -> Known:
        """Whom the key inside a body speaks for. Raises as `known` does."""
        return await self._ask("body", None, body, origin)

    async def pace(self, known: Known) -> None:
        """Waits for the turn of a key that is too fast. Raises U1456, after a while, when it is far too fast.

        The refusal waits too: somebody who sends again at once would cost as much as the requests themselves.
        """
        try:
            delay = self._allowance.paces.wait(known.key_hash)
        except IngestRefused:
            await asyncio.sleep(_REFUSAL_SECONDS)
            raise
        if delay:
            await asyncio.sleep(delay)

    async def _ask(self, kind: str | None, key_hash: bytes | None, body: str | None, origin: str | None) -> Known:
        async with self._asker(kind):
            checked = await self._db.call("c360_v1.check_key", key_hash=key_hash, body=body, origin=origin)
        if "code" in checked:
            raise IngestRefused(checked["message"], code=checked["code"], hint=checked["hint"])
        return Known(bytes.fromhex(checked["key_hash"]), self._share(checked["tenant"]), checked["tenant"])

    @contextlib.asynccontextmanager
    async def _asker(self, kind: str | None) -> AsyncIterator[None]:
        if kind is None:
            yield
            return
        if self._asking[kind] >= _MOST_ASKING:
            raise IngestRefused("too many unknown keys", code="U1429", hint="Send it again a little later.")
        self._asking[kind] += 1
        try:
            async with self._askers[kind]:
                yield
        finally:
            self._asking[kind] -= 1

    def _share(self, tenant: str) -> Share:
        share = self._shares.get(tenant)
        if share is None:
            own = self._allowance
            self._shares[tenant] = share = Share(own.places.part(0.75), own.memory.part(0.75), own.calls)
        return share
