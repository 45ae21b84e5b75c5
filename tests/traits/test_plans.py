"""What is worked out for a batch reads the events of that batch by index, however many golden records there are."""

from __future__ import annotations

import psycopg
import pytest

from support.plans import recorded

MANY = 20_000
BATCH = 1_000
FILL = f"""
    CREATE TEMPORARY TABLE person ON COMMIT DROP AS
    SELECT n, 1000000 + n AS raw, gen_random_uuid() AS id FROM generate_series(1, {MANY}) AS n;

    INSERT INTO cdp_raw_profiles (raw_profile_id, source, identifiers) OVERRIDING SYSTEM VALUE
    SELECT raw, 'web', jsonb_build_object('anonymous_id', 'v' || n) FROM person;
    INSERT INTO cdp_master_profiles (master_profile_id, founding_raw_profile_id) SELECT id, raw FROM person;
    INSERT INTO cdp_profile_links (raw_profile_id, master_profile_id, component_id, rule)
    SELECT raw, id, raw, 'new' FROM person;
    INSERT INTO cdp_behavioral_events (
        received_at, occurred_at, clock_status, raw_profile_id, source, message_id, type, event_name, payload
    )
    SELECT now(), now() - day * interval '1 day', 'ok', raw, 'web', raw || '-' || day, 'track', 'Product Viewed',
        '{{"properties": {{"category": "toys", "price": "1.234,50"}}}}'
    FROM person
    CROSS JOIN generate_series(0, 1) AS day;
"""


@pytest.fixture
def superuser(server, database):
    with psycopg.connect(server.dsn(database.name), autocommit=True) as connection:
        connection.execute("SET search_path = tenant_acme, pg_catalog")
        yield connection


def test_a_batch_reads_its_own_events_by_index(connect, traits_of, superuser):
    db = connect()
    traits = traits_of(db)
    traits.show("category", "price")
    traits.state(
        spent="event_sum('Product Viewed', 'price', '30 days')", often="most_frequent('Product Viewed', 'category')"
    )
    db.commit()
    with superuser.transaction():
        superuser.execute("SET LOCAL c360.internal_write = 'on'")
        superuser.execute(FILL)
    superuser.execute("ANALYZE")
    ids = [row[0] for row in superuser.execute(f"SELECT master_profile_id FROM cdp_master_profiles LIMIT {BATCH}")]

    for trait, value in (("spent", 2469), ("often", "toys")):
        with recorded(superuser) as plans:
            found = superuser.execute(f"SELECT value FROM _trait_{trait}(%s)", [ids]).fetchall()

        events = {
            node["Relation Name"] for _, node in plans.nodes() if "cdp_behavioral" in node.get("Relation Name", "")
        }
        assert found == [(value,)] * BATCH
        assert plans.most_read(events)[0] <= 3 * BATCH
