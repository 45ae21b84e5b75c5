"""What holds in tenant acme whenever nothing waits: each statement lists the rows that break a rule."""

from __future__ import annotations

from typing import Any

from support.session import Session

BROKEN = {
    "an event has no observation": """
        SELECT event_id FROM cdp_behavioral_events AS event
        WHERE NOT EXISTS (SELECT FROM cdp_raw_profiles WHERE raw_profile_id = event.raw_profile_id)
    """,
    "the running aggregate differs from the events": """
        SELECT raw_profile_id, event_name, count(*), min(occurred_at), max(occurred_at)
        FROM cdp_behavioral_events GROUP BY 1, 2
        EXCEPT SELECT raw_profile_id, event_name, event_count, first_at, last_at FROM cdp_activity
    """,
    "an observation is not of exactly one active golden record": """
        SELECT raw_profile_id FROM cdp_raw_profiles
        LEFT JOIN cdp_profile_links AS link USING (raw_profile_id)
        LEFT JOIN cdp_master_profiles AS profile USING (master_profile_id)
        GROUP BY 1
        HAVING count(*) FILTER (WHERE profile.status = 'active') <> 1
    """,
    "a redirect does not end at an active record": """
        SELECT gone.master_profile_id FROM cdp_master_profiles AS gone
        JOIN cdp_master_profiles AS kept ON kept.master_profile_id = gone.merged_into
        WHERE kept.status <> 'active'
    """,
    "an active record has no observation, or not its founding one": """
        SELECT master_profile_id FROM cdp_master_profiles AS profile
        WHERE status = 'active'
          AND NOT EXISTS (
            SELECT FROM cdp_profile_links AS link
            WHERE link.raw_profile_id = profile.founding_raw_profile_id
              AND link.master_profile_id = profile.master_profile_id
          )
    """,
    "the history has a gap, or does not end at the record as it is": """
        SELECT profile.master_profile_id, profile.version, count(*)
        FROM cdp_master_profiles AS profile LEFT JOIN cdp_profile_history AS history USING (master_profile_id)
        GROUP BY 1
        HAVING count(history.version) <> profile.version OR max(history.version) <> profile.version
            OR min(history.version) <> 1
    """,
    "the latest version in the history is not what the record shows": """
        SELECT profile.master_profile_id, profile.version
        FROM cdp_master_profiles AS profile JOIN cdp_profile_history AS history USING (master_profile_id, version)
        WHERE history.profile <> c360._profile_document(to_jsonb(profile))
    """,
    "a message does not show the record with its metrics": """
        SELECT profile.master_profile_id, profile.version
        FROM cdp_master_profiles AS profile
        LEFT JOIN cdp_profile_metrics AS metrics USING (master_profile_id)
        JOIN c360.messages AS message
            ON message.tenant = 'acme' AND message.key = profile.master_profile_id::text
            AND (message.body::jsonb #>> '{data,version}')::integer = profile.version
        WHERE NOT message.body::jsonb #> '{data,profile}' @> (
            c360._profile_document(to_jsonb(profile)) - 'national_ids'
        )
    """,
    "versions of one record run backwards in time": """
        SELECT master_profile_id FROM (
            SELECT master_profile_id, valid_from < lag(valid_from) OVER history AS is_back
            FROM cdp_profile_history
            WINDOW history AS (PARTITION BY master_profile_id ORDER BY version)
        ) AS step WHERE is_back
    """,
    "something waits or failed": """
        SELECT raw_profile_id, master_profile_id FROM cdp_resolution_queue
        UNION ALL SELECT raw_profile_id, master_profile_id FROM cdp_resolution_failures
    """,
    "metrics are missing": """
        SELECT master_profile_id FROM cdp_master_profiles AS profile
        WHERE status = 'active' AND NOT EXISTS (
            SELECT FROM cdp_profile_metrics WHERE master_profile_id = profile.master_profile_id
        )
    """,
    # One for each record absorbed; edits made before the resolver came by are told together.
    "versions were not told": """
        SELECT master_profile_id, version
        FROM cdp_profile_history AS history
        WHERE change NOT IN ('edited', 'absorbed')
          AND NOT EXISTS (
            SELECT FROM c360.messages AS message
            WHERE message.tenant = 'acme' AND message.key = history.master_profile_id::text
              AND (message.body::jsonb #>> '{data,version}')::integer = history.version
              AND message.type = 'profile.' || history.change
          )
    """,
}


def broken(db: Session) -> dict[str, list[tuple[Any, ...]]]:
    """The rules that do not hold, with some of the rows that break them."""
    db.execute("SET search_path = tenant_acme")
    try:
        found = {name: db.rows(f"SELECT * FROM ({query}) AS row LIMIT 3") for name, query in BROKEN.items()}
    finally:
        db.execute("RESET search_path")
    return {name: rows for name, rows in found.items() if rows}
