"""What is worked out and read for a few golden records reads those alone, however many others there are.

The tables are filled past 50,000 rows and never analysed; the session has planned while they were empty.
"""

from __future__ import annotations

import psycopg
import pytest
from psycopg.types.json import Jsonb

from support.plans import recorded

MANY = 50_000
LARGE = {
    "cdp_raw_profiles",
    "cdp_profile_links",
    "cdp_master_profiles",
    "cdp_activity",
    "cdp_activity_days",
    "cdp_activity_states",
    "cdp_metric_values",
}
FILL = f"""
    CREATE TEMPORARY TABLE person ON COMMIT DROP AS
    SELECT n, 1000000 + n AS raw, gen_random_uuid() AS id FROM generate_series(1, {MANY}) AS n;

    INSERT INTO cdp_raw_profiles (raw_profile_id, source, identifiers) OVERRIDING SYSTEM VALUE
    SELECT raw, 'web', jsonb_build_object('anonymous_id', 'v' || n) FROM person;
    INSERT INTO cdp_master_profiles (master_profile_id, founding_raw_profile_id) SELECT id, raw FROM person;
    INSERT INTO cdp_profile_links (raw_profile_id, master_profile_id, component_id, rule)
    SELECT raw, id, raw, 'new' FROM person;
    INSERT INTO cdp_activity (raw_profile_id, event_name, first_at, last_at, event_count)
    SELECT raw, 'page', now() - interval '9 days', now() - interval '8 days', 4 FROM person;
    INSERT INTO cdp_activity_days (raw_profile_id, day, event_name, kept_count)
    SELECT raw, current_date - 9, 'page', 4 FROM person;
    INSERT INTO cdp_activity_states (raw_profile_id, accounted_count, last_at, time_zone)
    SELECT raw, 4, now() - interval '8 days', 'UTC' FROM person;
    INSERT INTO cdp_metric_values (
        master_profile_id, total_sessions, total_events, total_orders, total_refunds, unpriced_orders,
        other_currency_orders
    )
    SELECT id, 0, 4, 0, 0, 0, 0 FROM person;
"""


@pytest.fixture
def superuser(server, database):
    with psycopg.connect(server.dsn(database.name), autocommit=True) as connection:
        connection.execute("SET search_path = tenant_acme, pg_catalog")
        yield connection


def send(connection, prefix, people):
    events = [{"type": "page", "messageId": f"{prefix}{n}", "anonymousId": f"v{n}"} for n in people]
    connection.execute("SELECT c360.ingest('acme', %s, 'web')", [Jsonb(events)])
    connection.execute("SELECT c360.resolve_identities('acme')")


def fill(connection):
    """Many golden records that are worked out."""
    with connection.transaction():
        connection.execute("SET LOCAL c360.internal_write = 'on'")
        connection.execute(FILL)


def test_a_batch_reads_its_own_golden_records(superuser):
    send(superuser, "first", range(-5, 0))
    superuser.execute("SELECT c360.refresh_profiles('acme')")
    fill(superuser)
    send(superuser, "new", range(100, 120))

    with recorded(superuser) as plans:
        superuser.execute("SELECT c360.refresh_profiles('acme')")

    assert plans.sequential_scans(LARGE) == set()
    assert plans.most_read(LARGE)[0] <= 100
    assert superuser.execute("SELECT count(*) FROM cdp_metric_values WHERE total_events = 5").fetchone() == (20,)


def test_the_view_reads_the_golden_records_asked_for(superuser):
    send(superuser, "first", range(-5, 0))
    superuser.execute("SELECT c360.refresh_profiles('acme')")
    fill(superuser)
    for table in LARGE:
        superuser.execute(f"ANALYZE {table}")
    ids = [row[0] for row in superuser.execute("SELECT master_profile_id FROM cdp_metric_values LIMIT 20").fetchall()]

    with recorded(superuser) as plans:
        superuser.execute("SELECT * FROM cdp_metrics WHERE master_profile_id = ANY (%s)", [ids]).fetchall()
        superuser.execute("SELECT * FROM c360.events_in_window('acme', %s, 'page', '30 days')", [ids]).fetchall()

    assert plans.sequential_scans(LARGE) == set()
    assert plans.most_read(LARGE)[0] <= 100
