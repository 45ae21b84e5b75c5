"""Renders the templates of an engine. A hole passes a filter or a method of the dialect, or the rendering stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from c360.domain.errors import UsageError
from c360.lake.definitions import pinot
from c360.lake.definitions.dialects import DIALECTS, Dialect
from c360.lake.definitions.model import Funnel, Lake, Table

ENGINES = ("athena", "trino", "spark", "clickhouse", "duckdb", "pinot")
# Files that an engine has beside its statements, and what is told to it only by who wants it.
_SETTINGS = {"trino": "hive.properties", "spark": "spark-defaults.conf"}
_DOCUMENTS = {
    "clickhouse": ("home.sql", "load.sql", "kafka.sql"),
    "spark": ("iceberg.conf",),
    "trino": ("iceberg.properties",),
}
_VIEWS = ("person_events", "activity_days", "engagement", "rfm_inputs")


@dataclass(frozen=True, slots=True)
class Definition:
    """One statement or document; what it makes, and what it is called."""

    kind: str
    name: str
    text: str


class _Names:
    """What the templates need beside values: names made of numbers and of our own tables."""

    def checksums(self, table: Table) -> str:
        return f"{table.name}_checksums"

    def step(self, what: str, number: int) -> str:
        return f"{what}_{number}"

    def funnel(self, funnel: Funnel) -> str:
        return f"funnel_{funnel.name}"

    def count(self, listed: Sequence[object]) -> int:
        return len(listed)

    def nullable(self, dialect: Dialect) -> str:
        return f"Nullable({dialect.big})" if dialect.name == "clickhouse" else dialect.big

    def glob(self, folder: str) -> str:
        return f"{folder}/dt=*/*.parquet"

    def slash(self, folder: str) -> str:
        return f"{folder}/"

    def day_template(self, folder: str) -> str:
        return f"{folder}/dt=${{dt}}/"

    def between(self, first: str, last: str) -> str:
        return f"{first},{last}"

    def topic(self, lake: Lake) -> str:
        return f"c360.{lake.tenant}.c360-behavioral-events"

    def metastore(self, lake: Lake) -> str:
        return f"{_address(lake, 'trino')}/v1/_metastore"

    def comma(self, is_last: bool) -> Markup:
        return Markup() if is_last else Markup(",")

    def reader(self, folder: str) -> str:
        return "file" if folder.startswith("/") else "s3"

    def structure(self, dialect: Dialect, table: Table) -> str:
        return ", ".join(dialect.column(column) for column in table.columns)

    def texts(self, dialect: Dialect, table: Table) -> list[Markup]:
        return [dialect.as_text(column) for column in table.columns]


def definitions(lake: Lake, engine: str) -> list[Definition]:
    """What the engine is to be told, in order."""
    if engine not in ENGINES:
        raise UsageError(f'there are no definitions for "{engine}"', hint=f"Choose one of {', '.join(ENGINES)}.")
    if engine == "pinot":
        return [Definition("document", name, text) for name, text in pinot.documents(lake)]
    return list(_statements(lake, DIALECTS[engine]()))


def _statements(lake: Lake, dialect: Dialect) -> Iterator[Definition]:
    def render(template: str, **values: Any) -> str:
        return _environment(dialect.name).get_template(template).render(lake=lake, names=_Names(), **values).strip()

    if dialect.name in _SETTINGS:
        name = _SETTINGS[dialect.name]
        yield Definition("settings", name, render(f"{dialect.name}/{name}.j2"))
    # A line that ends with a semicolon ends a statement: in these two templates no text of others has lines.
    for text in render(f"{dialect.name}/schema.sql.j2").split(";\n"):
        yield Definition("schema", lake.schema, text)
    for table in lake.tables:
        folder = _folder(lake, table, dialect.name)
        for text in render(f"{dialect.name}/table.sql.j2", table=table, folder=folder).split(";\n"):
            yield Definition("table", table.name, text)
    yield from _views(lake, render)
    events = lake.table("events")
    for name in _DOCUMENTS.get(dialect.name, ()):
        folder = _folder(lake, events, dialect.name)
        yield Definition("document", name, render(f"{dialect.name}/{name}.j2", table=events, folder=folder))


def _views(lake: Lake, render: Callable[..., str]) -> Iterator[Definition]:
    for table in lake.tables:
        yield Definition("view", f"{table.name}_checksums", render("checksums.sql.j2", table=table))
    for view in _VIEWS:
        yield Definition("view", view, render(f"{view}.sql.j2", table=lake.table("events")))
    for funnel in lake.funnels:
        yield Definition("view", f"funnel_{funnel.name}", render("funnel.sql.j2", funnel=funnel))
    if lake.funnels:
        yield Definition("view", "funnels", render("funnels.sql.j2"))


def _folder(lake: Lake, table: Table, engine: str) -> str:
    """The address of a table's files as the engine writes it."""
    return f"{_address(lake, engine)}/v1/{table.name}/tenant={lake.tenant}"


def _address(lake: Lake, engine: str) -> str:
    url = lake.url.rstrip("/")
    parts = urlsplit(url)
    if parts.scheme == "s3" and engine == "spark":
        return f"s3a{url[2:]}"
    if parts.scheme == "s3" and engine == "clickhouse" and lake.endpoint:
        return f"{lake.endpoint.rstrip('/')}/{url[5:]}"
    if parts.scheme == "file" and engine in ("clickhouse", "duckdb"):
        return parts.path
    if parts.scheme == "file" and engine == "trino":
        return f"local://{parts.path}"
    if parts.scheme != "s3" and engine == "athena":
        raise UsageError(f"Athena reads from S3 and not {lake.url}", hint="Give an address like s3://bucket/folder.")
    return url


@cache
def _environment(engine: str) -> jinja2.Environment:
    root = files(__package__) / "templates"
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: root.joinpath(*name.split("/")).read_text()),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=_only_quoted,
    )
    dialect = DIALECTS[engine]()
    made.filters = {"ident": dialect.ident, "literal": dialect.literal, "plain": _plain}
    made.globals = {"d": dialect}
    return made


def _plain(value: object) -> Markup:
    """What stands as it is: of our own making, or an address that was checked when the lake was described."""
    if "\n" in str(value):
        raise jinja2.TemplateRuntimeError(f"{value!r} is no single line")
    return Markup(value)  # noqa: S704 - checked above


def _only_quoted(value: Any) -> Any:
    if isinstance(value, (Markup, jinja2.Undefined)):
        return value
    raise jinja2.TemplateRuntimeError(f"a hole with {value!r} is neither a name nor a value")
