"""What a relay knows of an endpoint from one turn to the next: how fast it may be sent to, how many requests at once.

Both are found out by its answers. Requests at once begin low and grow with every success, so that an endpoint that
hangs ties up little. An endpoint that answers 429 is sent to at the rate at which it took requests before, and a little
faster every second until it objects again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

_FIRST_WINDOW = 8
_MEASURED_SECONDS, _PAUSE_SECONDS = 10.0, 1.0
_SLOWEST = 0.2
_GROWTH_NEAR, _GROWTH_FAR, _NEAR_SECONDS = 1.02, 1.10, 60.0
_FORGET_AFTER = 600.0
_LATENCY_SHARE = 0.05


class Endpoint:
    """One endpoint as this relay sees it. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.window = _FIRST_WINDOW
        self.is_proven = False
        self.used_at = clock()
        self._learned: float | None = None
        self._learned_at = self._grown_at = 0.0
        self._rests_until = 0.0
        self._next_at = 0.0
        self._measured_from = self._began_at = clock()
        self._taken = 0

    def succeeded(self, most: int) -> None:
        """A request was taken; `most` is what the subscription allows at once."""
        self.is_proven = True
        self.window = min(most, self.window + 1)
        self._taken += 1

    def failed(self) -> None:
        """The endpoint did not answer, or not as it should."""
        self.is_proven = False
        self.window = max(1, min(_FIRST_WINDOW, self.window // 2))

    def refused(self, rest: float) -> None:
        """It answered 429: nothing for `rest` seconds, and then no faster than it took requests before."""
        now = self._clock()
        if now < self._rests_until:
            return  # the same objection, to a request that was under way
        self._rests_until = now + rest
        rate = max(_SLOWEST, self._taken / max(0.1, self._rests_until - self._measured_from))
        self._learned = rate if self._learned is None else min(rate, self._learned)
        self._learned_at = self._grown_at = self._measured_from = self._rests_until
        self._taken = 0

    def wait_seconds(self, limit: float | None) -> float:
        """Seconds until the next request may begin; `limit` is the rate that was set for it, in requests a second."""
        now = self._clock()
        self.used_at = now
        return max(0.0, self._next_at - now) if self._rate(now, limit) is not None else 0.0

    def began(self, limit: float | None) -> None:
        """A request begins now."""
        now = self._clock()
        rate = self._rate(now, limit)
        if rate is not None:
            # What the loop was late is caught up, but no more than a few requests: no bursts after a pause.
            self._next_at = max(self._next_at, now - max(_LATENCY_SHARE, 1 / rate)) + 1 / rate
        if now - self._measured_from > _MEASURED_SECONDS or now - self._began_at > _PAUSE_SECONDS:
            self._measured_from, self._taken = now, 0
        self._began_at = now

    def _rate(self, now: float, limit: float | None) -> float | None:
        if self._learned is not None:
            if now - self._learned_at > _FORGET_AFTER:
                self._learned = None
            elif now - self._grown_at >= 1:
                growth = _GROWTH_NEAR if now - self._learned_at < _NEAR_SECONDS else _GROWTH_FAR
                self._learned *= growth ** int(now - self._grown_at)
                self._grown_at = now
        rates = [rate for rate in (limit, self._learned) if rate is not None]
        return min(rates) if rates else None


class Slots:
    """Requests under way in this relay, at most `most`; of endpoints without a good answer lately at most half."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._free_unproven = most // 2

    def take(self, endpoint: Endpoint) -> bool | None:
        """A slot, to be given back; None when there is none. True says that it is one of the unproven."""
        is_unproven = not endpoint.is_proven
        if self._free <= 0 or (is_unproven and self._free_unproven <= 0):
            return None
        self._free -= 1
        self._free_unproven -= is_unproven
        return is_unproven

    def give_back(self, is_unproven: bool) -> None:
        """End of a request that took a slot."""
        self._free += 1
        self._free_unproven += is_unproven


class Hand:
    """Bytes of messages that all workers of this relay hold: how much a read may bring, and what may be sent now.

    A request that is under way takes its text several times over: rendered, signed, and on its way out.
    """

    def __init__(self, most: int, at_once: int, at_least: int, under_way: int) -> None:
        self._most, self._at_once, self._at_least, self._most_under_way = most, at_once, at_least, under_way
        self.held = 0
        self._under_way = 0

    def begin(self, size: int) -> bool:
        """Whether a message of this size may be sent now; then end() has to follow. One may always be."""
        if self._under_way and self._under_way + size > self._most_under_way:
            return False
        self._under_way += size
        return True

    def end(self, size: int) -> None:
        """The message is sent."""
        self._under_way -= size

    def room(self) -> int:
        """Bytes for the next read."""
        return max(self._at_least, min(self._at_once, (self._most - self.held) // 4))
