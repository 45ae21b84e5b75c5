"""Compares what the clients were promised with what the database and the receiver have."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass

import psycopg

from benchmarks.crash.traffic import Receiver, Sender

_WAITING = """
    SELECT
        (SELECT count(*) FROM tenant_{tenant}.cdp_resolution_queue)
        + (SELECT count(*) FROM c360.deliveries)
        + (SELECT count(*) FROM c360.parked_deliveries)
        + (SELECT count(*)
           FROM c360.messages AS message
           CROSS JOIN c360.ticks AS tick
           WHERE NOT pg_visible_in_snapshot(message.xid, tick.done_snapshot))
"""

# The promise: an event answered with success has its observation and its message.
_WITHOUT_MESSAGE = """
    SELECT count(*)
    FROM tenant_{tenant}.cdp_behavioral_events AS event
    WHERE NOT EXISTS (
        SELECT
        FROM c360.messages AS message
        WHERE message.tenant = '{tenant}'
          AND message.topic = 'c360-behavioral-events'
          AND message.body::jsonb #>> '{{data,message_id}}' = event.message_id
    )
"""

_UNRESOLVED = """
    SELECT count(*)
    FROM tenant_{tenant}.cdp_raw_profiles AS raw
    WHERE NOT EXISTS (
        SELECT
        FROM tenant_{tenant}.cdp_profile_links AS link
        JOIN tenant_{tenant}.cdp_master_profiles AS profile USING (master_profile_id)
        WHERE link.raw_profile_id = raw.raw_profile_id
          AND profile.status = 'active'
    )
"""

_MESSAGES = """
    SELECT message_id::text
    FROM c360.messages
    WHERE tenant = '{tenant}' AND topic IN ('c360-updated-profiles', 'c360-behavioral-events')
"""


@dataclass(frozen=True)
class Verdict:
    """The figures of one run; all but the first four must be zero."""

    crash_events_acknowledged: int
    crash_client_retries: int
    crash_webhooks_received: int
    crash_webhooks_repeated: int
    crash_events_lost: int
    crash_events_doubled: int
    crash_events_without_message: int
    crash_messages_not_received: int
    crash_signatures_refused: int
    crash_observations_unresolved: int
    crash_work_stuck: int
    crash_dead_letters: int

    @property
    def holds(self) -> bool:
        good = {
            "crash_events_acknowledged",
            "crash_client_retries",
            "crash_webhooks_received",
            "crash_webhooks_repeated",
        }
        return self.crash_events_acknowledged > 0 and not any(
            value for name, value in self.figures().items() if name not in good
        )

    def figures(self) -> dict[str, int]:
        return asdict(self)


def waiting_work(connection: psycopg.Connection, tenant: str) -> int:
    """Queue rows, deliveries and retries that are still waiting."""
    return _number(connection, _WAITING.format(tenant=tenant))


def judge(address: str, tenant: str, sent: set[str], sender: Sender, receiver: Receiver) -> Verdict:
    """Look at everything once all is quiet."""
    with psycopg.connect(address, autocommit=True) as connection:
        counts = Counter(_column(connection, f"SELECT message_id FROM tenant_{tenant}.cdp_behavioral_events"))
        messages = set(_column(connection, _MESSAGES.format(tenant=tenant)))
        acknowledged = set(sender.acknowledged)
        return Verdict(
            crash_events_acknowledged=len(acknowledged),
            crash_client_retries=sender.retries,
            crash_webhooks_received=receiver.received.total(),
            crash_webhooks_repeated=receiver.received.total() - len(receiver.received),
            crash_events_lost=sum(1 for message_id in acknowledged if counts[message_id] == 0)
            + len(sent - acknowledged),
            crash_events_doubled=sum(1 for count in counts.values() if count > 1),
            crash_events_without_message=_number(connection, _WITHOUT_MESSAGE.format(tenant=tenant)),
            crash_messages_not_received=len(messages - receiver.received.keys()),
            crash_signatures_refused=receiver.refused,
            crash_observations_unresolved=_number(connection, _UNRESOLVED.format(tenant=tenant)),
            crash_work_stuck=waiting_work(connection, tenant),
            crash_dead_letters=_number(connection, "SELECT count(*) FROM c360.dead_letters"),
        )


def _number(connection: psycopg.Connection, query: str) -> int:
    return int(_column(connection, query)[0])


def _column(connection: psycopg.Connection, query: str) -> list[str]:
    return [row[0] for row in connection.execute(query.encode()).fetchall()]
