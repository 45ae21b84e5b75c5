"""Messages that carry 0, 1, 2 ..., so that one can say which were lost, came twice, or came out of order."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

import psycopg

from support.receiver import Receiver

TOPIC = "c360-updated-profiles"
KEYS = 50
PUBLISH = "SELECT c360._publish('acme', %s, 'profile.updated', 'k' || (%s %% %s), jsonb_build_object('n', %s::integer))"


class Producer:
    """Publishes 0, 1, 2 ... one committed message at a time, whatever the server does; `committed` is what was."""

    def __init__(self, dsn: str, pause: float) -> None:
        self._dsn, self._pause = dsn, pause
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.committed: list[int] = []
        self.refused = 0

    def __enter__(self) -> Producer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        while not self._enough.is_set():
            with (
                contextlib.suppress(psycopg.OperationalError),
                psycopg.connect(self._dsn, autocommit=True) as connection,
            ):
                while not self._enough.is_set():
                    # A commit whose answer was lost may have been made: the number is not used again.
                    number += 1
                    connection.execute(PUBLISH.encode(), [TOPIC, number, KEYS, number])
                    self.committed.append(number)
                    time.sleep(self._pause)
            self.refused += 1
            time.sleep(0.05)


def account(receiver: Receiver, committed: Iterable[int]) -> dict[str, int]:
    """Lost, doubled, out of order: of the messages that were committed, by their first acceptance."""
    accepted = [request.number for request in list(receiver.received)]
    times = Counter(accepted)
    last, wrong, seen = defaultdict(int), 0, set()
    for number in accepted:
        if number not in seen:
            wrong += number < last[number % KEYS]
            last[number % KEYS] = max(last[number % KEYS], number)
            seen.add(number)
    found = {
        "lost": len(set(committed) - seen),
        "doubled": sum(count > 1 for count in times.values()),
        "out_of_order": wrong,
    }
    print(found)
    return found


def has_all(receiver: Receiver, committed: Iterable[int]) -> Callable[[], bool]:
    return lambda: set(committed) <= {request.number for request in list(receiver.received)}
