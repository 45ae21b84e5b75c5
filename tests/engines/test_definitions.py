"""What definitions say: every name quoted as the engine has it, and nothing that a parser cannot read."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import sqlglot
from sqlglot import expressions

from c360.domain.errors import UsageError
from c360.lake.definitions import ENGINES, Engagement, Funnel, Lake, definitions
from c360.lake.definitions.dialects import DIALECTS
from support import lake_files
from support.query_engine import QueryEngine, tell

# Spark's client leaves its connections to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

READERS = pytest.mark.parametrize(
    "reader",
    ["duck", *(pytest.param(name, marks=pytest.mark.engines) for name in ("chdb", "spark", "trino"))],
)
HOSTILE = (
    "it's",
    "'); DROP TABLE events; --",
    "\\'; SELECT 1; --",
    "back\\",
    '`"\\`',
    "two\nlines;\nSELECT 1",
    "{{ 7 * 7 }} ${dt} {% raw %}",
    "🛒\u2028",
    "/* */ -- #",
)
TABLES = (lake_files.EVENTS, lake_files.PURCHASES, lake_files.LINKS)
LAKE = Lake(
    tenant="acme",
    url="s3://bucket/lake",
    tables=TABLES,
    time_zone="Asia/Ho_Chi_Minh",
    engagement=Engagement(Decimal(30), Decimal(1), tuple((name, Decimal("0.5")) for name in HOSTILE)),
    funnels=(Funnel("hostile", HOSTILE, 60_000_000), Funnel("short", ("page", "page"), 1)),
)


@READERS
def test_a_hostile_name_is_a_value_and_nothing_else(request: pytest.FixtureRequest, reader: str) -> None:
    engine: QueryEngine = request.getfixturevalue(reader)
    literal = DIALECTS[engine.name]().literal
    for name in HOSTILE:
        assert engine.execute(f"SELECT {literal(name)}") == [(name,)]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_parser_reads_every_statement(engine: str) -> None:
    for definition in definitions(LAKE, engine):
        if definition.kind in ("settings", "document"):
            continue
        parsed = [one for one in sqlglot.parse(definition.text, read=engine) if one is not None]
        assert len(parsed) == 1, definition.text
        # What a parser does not know it takes as a command, without an error.
        if engine != "spark" or definition.kind == "view":
            assert not list(parsed[0].find_all(expressions.Command)), definition.text
        if definition.kind == "view":
            assert isinstance(parsed[0], expressions.Create), definition.text


@pytest.mark.parametrize("engine", [engine for engine in ENGINES if engine != "pinot"])
def test_every_column_of_the_lake_is_in_its_table(engine: str) -> None:
    told = [one.text for one in definitions(LAKE, engine) if one.kind == "table"]
    for table in TABLES:
        made = next(text for text in told if text.startswith("CREATE") and f"/{table.name}/tenant=acme" in text)
        assert [column.name for column in table.columns if column.name not in made] == []


@READERS
def test_the_views_stand_over_tables_without_files(request: pytest.FixtureRequest, tmp_path: Path, reader: str) -> None:
    engine: QueryEngine = request.getfixturevalue(reader)
    tables = tuple(replace(table, is_empty=True) for table in TABLES)
    empty = replace(LAKE, schema="empty", url=tmp_path.as_uri(), tables=tables)

    tell(engine, definitions(empty, engine.name))

    for view in ("events", "events_checksums", "person_events", "activity_days", "engagement", "rfm_inputs", "funnels"):
        assert engine.execute(f"SELECT * FROM empty.{view}") == []


def test_athena_is_told_where_each_day_is_and_from_which_day_on() -> None:
    since = replace(LAKE, tables=(replace(lake_files.EVENTS, since="2026-09-01"), *TABLES[1:]))

    table = next(one.text for one in definitions(since, "athena") if "EXTERNAL" in one.text)

    assert "'storage.location.template' = 's3://bucket/lake/v1/events/tenant=acme/dt=${dt}/'" in table
    assert "'projection.dt.range' = '2026-09-01,NOW'" in table


@pytest.mark.parametrize("url", ["s3://b/x\n;", "s3://b/{a,b}", "s3://b/*"])
def test_an_address_that_would_be_a_pattern_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        replace(LAKE, url=url)


@pytest.mark.parametrize("schema", ['a"b', "A", "a b", "1a", "a" * 64])
def test_a_schema_is_a_plain_name(schema: str) -> None:
    with pytest.raises(UsageError):
        replace(LAKE, schema=schema)


def test_what_is_no_engine_is_named() -> None:
    with pytest.raises(UsageError, match="oracle"):
        definitions(LAKE, "oracle")


@pytest.mark.parametrize("engine", ENGINES)
def test_settings_and_documents_name_the_place_and_hold_no_secret(engine: str) -> None:
    for one in definitions(replace(LAKE, endpoint="https://store.example"), engine):
        if one.kind == "settings":
            assert "secret" not in one.text.lower()
            assert "https://store.example" in one.text
