"""Knows for a while whom a key speaks for, refuses keys nobody knows, and gives every tenant its share of the gateway.

A refused key costs one question to the database and no line in its log. What a transaction of one tenant holds up makes
the requests of that tenant wait; connections and places for the requests of others stay free. The database judges the
key of every request again: what is kept here opens nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from weakref import WeakValueDictionary

from c360.domain.errors import IngestRefused
from c360.gateway.intake import Caller

_KEPT_SECONDS = 60.0
_KEPT_KEYS = 10_000


class Share:
    """The places and connections one tenant may hold at once."""

    def __init__(self, places: int, calls: int) -> None:
        self._places = places
        self._calls = asyncio.Semaphore(calls)

    @contextlib.asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """One place, and one connection as soon as it is free. Raises U1429 when all places are taken."""
        if self._places <= 0:
            raise IngestRefused(
                "too many requests of this tenant in flight", code="U1429", hint="Send it again a little later."
            )
        self._places -= 1
        try:
            async with self._calls:
                yield
        finally:
            self._places += 1


class Keys:
    """Whom keys speak for. `places` and `calls` are what one tenant may hold."""

    def __init__(self, db: Caller, *, places: int, calls: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._places = places
        self._calls = calls
        self._clock = clock
        self._known: OrderedDict[tuple[bytes, str | None], tuple[str, float]] = OrderedDict()
        self._shares: WeakValueDictionary[str, Share] = WeakValueDictionary()

    async def share(self, key_hash: bytes | None, origin: str | None, body: str | None = None) -> Share:
        """The share of the tenant a key speaks for. Raises U1401 or U1403 as the database would."""
        tenant = await self._tenant(key_hash, origin, body)
        share = self._shares.get(tenant)
        if share is None:
            self._shares[tenant] = share = Share(self._places, self._calls)
        return share

    async def _tenant(self, key_hash: bytes | None, origin: str | None, body: str | None) -> str:
        known = None if key_hash is None else self._known.get((key_hash, origin))
        if known is not None and known[1] > self._clock():
            return known[0]
        checked = await self._db.call("c360_v1.check_key", key_hash=key_hash, body=body, origin=origin)
        if "code" in checked:
            raise IngestRefused(checked["message"], code=checked["code"], hint=checked["hint"])
        tenant: str = checked["tenant"]
        if key_hash is not None:
            self._known[key_hash, origin] = (tenant, self._clock() + _KEPT_SECONDS)
            self._known.move_to_end((key_hash, origin))
            while len(self._known) > _KEPT_KEYS:
                self._known.popitem(last=False)
        return tenant
