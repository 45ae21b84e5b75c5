"""The pace of each key: so many requests a second, and as many at once after a pause.

What is counted lies in shared memory, so that the processes of one gateway count together. They take no lock: one that
is killed while it holds a lock would stop the others. A count that two processes write at the same moment may be lost,
in favour of the key.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from multiprocessing.sharedctypes import RawArray
from typing import Any

from c360.domain.errors import IngestRefused

# How far ahead a request may be of its turn.
_DELAY_SECONDS = 1.0
_PLACES = 16_384
# A key is in one of so many places, and takes that of the one that was heard of least recently.
_NEIGHBOURS = 8


class _Bucket(ctypes.Structure):
    _fields_ = (("key", ctypes.c_uint64), ("tokens", ctypes.c_double), ("at", ctypes.c_double))


class Paces:
    """A bucket of tokens for each key that was heard of lately. Goes to other processes as it is, when it is shared."""

    def __init__(
        self, per_second: float, *, is_shared: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_second
        self._clock = clock
        # Shared memory is a file of the system, which not every place has.
        self._buckets: Any = RawArray(_Bucket, _PLACES) if is_shared else (_Bucket * _PLACES)()

    def wait(self, key_hash: bytes) -> float:
        """Takes a token of the key; the seconds until it is there.

        Raises U1456 when it is further off than a request may wait; then none is taken.
        """
        now = self._clock()
        bucket = self._bucket(key_hash, now)
        tokens: float = min(self._per_second, bucket.tokens + (now - bucket.at) * self._per_second)
        if tokens - 1 < -_DELAY_SECONDS * self._per_second:
            raise IngestRefused(
                "the key sends too many requests", code="U1456", hint="Send it again a little later, and in batches."
            )
        bucket.at = now
        bucket.tokens = tokens - 1
        return max(0.0, (1 - tokens) / self._per_second)

    def _bucket(self, key_hash: bytes, now: float) -> Any:
        key = int.from_bytes(key_hash[:8])
        near = []
        for step in range(_NEIGHBOURS):
            bucket = self._buckets[(key + step) % _PLACES]
            if bucket.key == key:
                return bucket
            near.append(bucket)
        taken = min(near, key=lambda bucket: float(bucket.at))
        taken.key, taken.tokens, taken.at = key, self._per_second, now
        return taken
