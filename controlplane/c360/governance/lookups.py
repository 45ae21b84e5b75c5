"""What an expression asks about one golden record beside its columns: a query with one column, `value`, each.

They stand in a statement where `profile` is the golden record and $2 the point in time. Names and values are quoted.
"""

from __future__ import annotations

from c360.templates.environment import ident, literal

EVENTS = ("event_count", "has_event", "first_event_at", "last_event_at")


def in_segment(schema: str, segment: str) -> str:
    """Whether it is in a segment, as of the last evaluation."""
    table = f"{ident(schema)}.cdp_segment_members AS own"
    return (
        f"SELECT EXISTS (SELECT FROM {table} WHERE own.segment = {literal(segment)}"  # noqa: S608 - quoted
        " AND own.master_profile_id = profile.master_profile_id) AS value"
    )


def of_all_time(schema: str, name: str, event: str) -> str:
    """What is counted while events are recorded: no event is read, also of whoever has many."""
    source = (
        f"FROM {ident(schema)}.cdp_profile_links AS link"
        f" JOIN {ident(schema)}.cdp_activity AS seen ON seen.raw_profile_id = link.raw_profile_id"
        f" WHERE link.master_profile_id = profile.master_profile_id AND seen.event_name = {literal(event)}"
    )
    return {
        "event_count": f"SELECT coalesce(sum(seen.event_count), 0)::bigint AS value {source}",
        "has_event": f"SELECT EXISTS (SELECT {source}) AS value",
        "first_event_at": f"SELECT min(seen.first_at) AS value {source}",
        "last_event_at": f"SELECT max(seen.last_at) AS value {source}",
    }[name]


def within(schema: str, name: str, event: str, window: str) -> str:
    """Events of a window, found by the index on observation and time."""
    source = (
        f"FROM {ident(schema)}.cdp_profile_links AS link"
        f" JOIN {ident(schema)}.cdp_behavioral_events AS event ON event.raw_profile_id = link.raw_profile_id"
        f" WHERE link.master_profile_id = profile.master_profile_id AND event.event_name = {literal(event)}"
        f" AND event.occurred_at > $2 - {literal(window)}::interval AND event.occurred_at <= $2"
    )
    return {
        "event_count": f"SELECT count(*) AS value {source}",
        "has_event": f"SELECT EXISTS (SELECT {source}) AS value",
        "first_event_at": f"SELECT min(event.occurred_at) AS value {source}",
        "last_event_at": f"SELECT max(event.occurred_at) AS value {source}",
    }[name]
