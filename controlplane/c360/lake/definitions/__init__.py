"""Definitions of a tenant's lake for query engines: tables over its files, and the same figures as PostgreSQL has.

    athena, trino, spark     tables over the files, views
    clickhouse, duckdb       views over the files, views; for ClickHouse also a second home of events
    pinot                    schema, tables, a job: JSON and YAML

All come from c360.lake_schema() and the tenant's settings; nothing is guessed from files.
"""

from c360.lake.definitions.model import Column, Engagement, Funnel, Lake, Table, lake_of
from c360.lake.definitions.rendering import ENGINES, Definition, definitions

__all__ = [
    "ENGINES",
    "Column",
    "Definition",
    "Engagement",
    "Funnel",
    "Lake",
    "Table",
    "definitions",
    "lake_of",
]
