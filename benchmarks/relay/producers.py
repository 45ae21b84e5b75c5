"""What those who write messages lose by webhooks, and to what: triggers, fan-out, or the relay as a whole.

The last figure of each kind is the product; the ones before leave parts of it away, so that the differences are shares.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import threading
import time
from collections.abc import Iterator

import psycopg

from benchmarks.relay.bench import BODY_BYTES, TENANT, TOPIC, Bench

_PRODUCERS = 8
# As often as a relay that is not behind takes a step.
_STEP_EVERY = 0.01

_PRODUCE = """
DO $$
BEGIN
    FOR i IN 1..{transactions} LOOP
        INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
        SELECT gen_random_uuid(), '{tenant}', '{topic}', 'profile.updated', 'k' || number, repeat('x', {bytes})
        FROM generate_series(1, {rows}) AS number;
        COMMIT;
    END LOOP;
END;
$$
"""


def ratios(bench: Bench, rows: int, transactions: int) -> dict[str, float]:
    """Speed of eight connections that write messages, against the same without triggers and relay."""
    word = "row" if rows == 1 else "rows"
    bench.db.execute("ALTER TABLE c360.messages DISABLE TRIGGER USER")
    alone = _write(bench, rows, transactions)
    bench.db.execute("ALTER TABLE c360.messages ENABLE TRIGGER USER")
    triggers = _write(bench, rows, transactions)
    with _fan_out(bench):
        fan_out = _write(bench, rows, transactions)
    with bench.relays():
        bench.publish("idle", 1)
        time.sleep(3)
        relay = _write(bench, rows, transactions)
    return {
        f"producer_triggers_{rows}{word}": triggers / alone,
        f"producer_fan_out_{rows}{word}": fan_out / alone,
        f"producer_ratio_{rows}{word}": relay / alone,
    }


@contextlib.contextmanager
def _fan_out(bench: Bench) -> Iterator[None]:
    """Nothing of a relay but its fan-out, called from a thread that does nothing else."""
    enough = threading.Event()

    def step() -> None:
        with psycopg.connect(bench.dsn, autocommit=True) as connection:
            while not enough.is_set():
                row = connection.execute("SELECT has_more FROM c360.fan_out()").fetchone()
                if row is None or not row[0]:
                    time.sleep(_STEP_EVERY)

    thread = threading.Thread(target=step)
    thread.start()
    try:
        time.sleep(1)
        yield
    finally:
        enough.set()
        thread.join()


def _write(bench: Bench, rows: int, transactions: int) -> float:
    """Transactions a second of all producers together."""
    text = _PRODUCE.format(transactions=transactions, rows=rows, tenant=TENANT, topic=TOPIC, bytes=BODY_BYTES).encode()

    def write(_: int) -> None:
        with psycopg.connect(bench.dsn, autocommit=True) as connection:
            connection.execute(text)

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(_PRODUCERS) as pool:
        list(pool.map(write, range(_PRODUCERS)))
    return _PRODUCERS * transactions / (time.monotonic() - began)
