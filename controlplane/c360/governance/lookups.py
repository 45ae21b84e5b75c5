"""What an expression asks about one golden record beside its columns: a query with one column, `value`, each.

They stand in a statement where `profile` is the golden record and $2 the point in time. Names and values are quoted.
"""

from __future__ import annotations

from collections.abc import Sequence

from c360.templates.environment import ident, literal

EVENTS = ("event_count", "has_event", "first_event_at", "last_event_at")
MOST_LISTED = 100
MOST_TEXT = 500
_NUMBERS = {
    "event_sum": "sum(own.number)",
    "event_average": "trim_scale(round(avg(own.number), 6))",
    "event_min": "min(own.number)",
    "event_max": "max(own.number)",
}
_CHOSEN = {
    "first_value": "ORDER BY own.occurred_at, own.word LIMIT 1",
    "last_value": "ORDER BY own.occurred_at DESC, own.word LIMIT 1",
    "most_frequent": "GROUP BY own.word ORDER BY count(*) DESC, max(own.occurred_at) DESC, own.word LIMIT 1",
}
PROPERTIES = (*_NUMBERS, *_CHOSEN, "unique_values")


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


def of_property(schema: str, name: str, event: str, path: Sequence[str], window: str | None = None) -> str:
    """What a property of its events says. What is no number, or no text, number or boolean, is left out."""
    steps = f"ARRAY[{', '.join(str(literal(step)) for step in path)}]::text[]"
    source = (
        f"FROM {ident(schema)}.cdp_event_properties AS event"
        f" WHERE event.master_profile_id = profile.master_profile_id AND event.event_name = {literal(event)}"
    )
    if window is not None:
        source += f" AND event.occurred_at > $2 - {literal(window)}::interval AND event.occurred_at <= $2"
    if name in _NUMBERS:
        number = f"{ident(schema)}.event_number(event.properties, {steps}) AS number"
        return f"SELECT {_NUMBERS[name]} AS value FROM (SELECT {number} {source}) AS own"  # noqa: S608 - quoted
    word = (
        "CASE WHEN jsonb_typeof(sent.value) IN ('string', 'number', 'boolean')"
        f" THEN left(nullif(btrim(sent.value #>> '{{}}'), ''), {MOST_TEXT}) COLLATE \"C\" END AS word"
    )
    # OFFSET 0: the properties of an event are read once.
    own = (
        f"FROM (SELECT sent.occurred_at, {word} FROM (SELECT event.occurred_at, event.properties #> {steps} AS value"  # noqa: S608 - quoted
        f" {source} OFFSET 0) AS sent) AS own WHERE own.word IS NOT NULL"
    )
    if name in _CHOSEN:
        return f'SELECT (SELECT own.word {own} {_CHOSEN[name]}) COLLATE "default" AS value'
    listed = f"SELECT DISTINCT own.word {own} ORDER BY own.word LIMIT {MOST_LISTED}"
    return f"SELECT array_agg(each.word ORDER BY each.word) AS value FROM ({listed}) AS each"  # noqa: S608 - quoted
