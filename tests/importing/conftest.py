"""A schema of the person who imports, outside c360, with tables in it."""

import pytest

from support.observations import DAY_ONE


@pytest.fixture
def extract(db):
    """extract("name text, birthday date", [("An", None)]) makes the table crm.people with these rows."""

    def make(columns, rows, table="crm.people"):
        db.execute("CREATE SCHEMA IF NOT EXISTS crm")
        db.execute(f"DROP TABLE IF EXISTS {table}")
        db.execute(f"CREATE TABLE {table} ({columns})")
        for row in rows:
            db.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", *row)
        return table

    return make


@pytest.fixture
def take(db):
    """take(day=1, p_key="id", ...) imports crm.people as of a day; answers the counts."""

    def run(day=0, table="crm.people", tenant="acme", **options):
        options = {name if name.startswith("p_") else f"p_{name}": value for name, value in options.items()}
        at = DAY_ONE.replace(day=1 + day)
        return db.call(f"tenant_{tenant}.import_raw_profiles", table, **({"p_source": "crm", "p_at": at} | options))

    return run


@pytest.fixture
def observations(db):
    """Everything in cdp_raw_profiles as (source, identifiers, traits), sorted."""

    def read(tenant="acme"):
        return db.rows(
            "SELECT source, identifiers, traits "
            f"FROM tenant_{tenant}.cdp_raw_profiles ORDER BY identifiers, traits, source"
        )

    return read
