"""An exporter that kills itself: python -m support.killed_exporter DSN POINT; a point is before:put or after:put."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import psycopg

from c360.lake.exporter import Exporter
from c360.lake.ledger import Ledger


class Killing:
    """Passes every call on, and ends the process with the second one of that name: before it, or after."""

    def __init__(self, point: str) -> None:
        self.when, _, self.name = point.partition(":")
        self.count = 0

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        self.count += name == self.name
        is_it = name == self.name and self.count == 2
        if is_it and self.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = work()
        if is_it:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


class KillingLedger(Ledger):
    killing: Killing

    def call(self, function: str, *arguments: Any) -> Any:
        return self.killing(function, lambda: super(KillingLedger, self).call(function, *arguments))


class KillingStorage:
    def __init__(self, storage: Any, killing: Killing) -> None:
        self._storage = storage
        self._killing = killing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def put(self, key: str, *arguments: Any, **named: Any) -> Any:
        what = "put_manifest" if "_manifest" in key else "put"
        return self._killing(what, lambda: self._storage.put(key, *arguments, **named))

    def delete(self, key: str) -> Any:
        return self._killing("delete", lambda: self._storage.delete(key))


def main() -> None:
    dsn, point = sys.argv[1:]
    with psycopg.connect(dsn, autocommit=True) as connection:
        ledger = KillingLedger(connection, "acme")
        ledger.killing = Killing(point)
        with ledger.held():
            exporter = Exporter(ledger, KillingStorage(ledger.storage(), ledger.killing), dsn)
            for partition in exporter.partitions():
                exporter.export(*partition)


if __name__ == "__main__":
    main()
