"""How engines say the same thing: what a method answers is SQL of that engine, with names and values quoted.

Checksums need a text that all engines write alike: numbers plain, booleans true and false, times as microseconds since
1970, days as ISO. Their number is the first 60 bits of md5.
"""

from __future__ import annotations

from typing import ClassVar

from markupsafe import Markup

from c360.domain.errors import UsageError
from c360.lake.definitions.model import DECIMAL, Column


class Dialect:
    """What DuckDB, Trino and Athena have in common: quotes as in the standard."""

    name = ""
    types: ClassVar[dict[str, str]] = {}
    decimal = "DECIMAL({},{})"
    text = "VARCHAR"
    big = "BIGINT"

    def ident(self, name: str) -> Markup:
        return Markup('"' + name.replace('"', '""') + '"')  # noqa: S704 - quoted here

    def literal(self, value: object) -> Markup:
        if isinstance(value, bool) or not isinstance(value, str):
            return Markup(str(value))  # noqa: S704 - numbers of our own
        if "\0" in value:
            raise UsageError("text with the character U+0000 cannot be stored", hint="Leave it out.")
        return Markup(self.quoted(value))  # noqa: S704 - quoted below

    def quoted(self, value: str) -> str:
        return "'" + value.replace("'", "''") + "'"

    def type_of(self, lake_type: str) -> Markup:
        if found := DECIMAL.fullmatch(lake_type):
            return Markup(self.decimal.format(*found.groups()))  # noqa: S704 - two numbers
        return Markup(self.types[lake_type])  # noqa: S704 - one of our own constants

    def column(self, column: Column) -> Markup:
        """A column in the definition of a table."""
        return self.ident(column.name) + " " + self.type_of(column.type)

    def as_text(self, column: Column) -> Markup:
        """What the checksum is made of, chr(30) where there is nothing."""
        name = self.ident(column.name)
        if column.type == "timestamp(us, UTC)":
            shown = self.cast(self.micros(name), self.text)
        elif column.type == "bool":
            shown = Markup("CASE WHEN {0} THEN 'true' WHEN NOT {0} THEN 'false' END").format(name)
        elif column.type == "string":
            shown = name
        else:
            shown = self.plain(name, column.type)
        return Markup("coalesce({}, {})").format(shown, self.chr(30))

    def plain(self, name: Markup, lake_type: str) -> Markup:  # noqa: ARG002 - ClickHouse asks
        return self.cast(name, self.text)

    def cast(self, what: str, to: str) -> Markup:
        return Markup("CAST({} AS {})").format(_sql(what), _sql(to))

    def chr(self, number: int) -> Markup:
        return Markup("chr({})").format(number)

    def joined(self, parts: list[Markup]) -> Markup:
        return Markup(" || {} || ").format(self.chr(31)).join(parts)

    def number(self, text: Markup) -> Markup:
        raise NotImplementedError

    def micros(self, moment: str) -> Markup:
        raise NotImplementedError

    def day(self, moment: str, zone: str) -> Markup:
        raise NotImplementedError

    def utc_day(self, text: str) -> Markup:
        """The day that a partition is named by."""
        return self.cast(text, "DATE")

    def now(self) -> Markup:
        return Markup("current_timestamp")

    def today(self, zone: str) -> Markup:
        return self.day(self.now(), zone)

    def days_between(self, first: str, last: str) -> Markup:
        return Markup("date_diff('day', {}, {})").format(_sql(first), _sql(last))

    def decay(self, days: str, half_life: object) -> Markup:
        """What an event is worth after so many days, to twelve places."""
        worth = Markup("power(2e0, -({}) / {}e0)").format(_sql(days), half_life)
        return self.fixed(Markup("round({}, 12)").format(worth), 14, 12)

    def fixed(self, what: str, digits: int, places: int) -> Markup:
        return self.cast(what, self.decimal.format(digits, places))

    def view(self, schema: str, name: str) -> Markup:
        return Markup("CREATE OR REPLACE VIEW {}.{} AS").format(self.ident(schema), self.ident(name))


class DuckDB(Dialect):
    name = "duckdb"
    types: ClassVar[dict[str, str]] = {
        "int64": "BIGINT",
        "int32": "INTEGER",
        "bool": "BOOLEAN",
        "date32": "DATE",
        "timestamp(us, UTC)": "TIMESTAMPTZ",
        "string": "VARCHAR",
    }

    def number(self, text: Markup) -> Markup:
        return Markup("CAST(CAST('0x' || substr(md5({}), 1, 15) AS BIGINT) AS HUGEINT)").format(text)

    def micros(self, moment: str) -> Markup:
        return Markup("epoch_us({})").format(_sql(moment))

    def day(self, moment: str, zone: str) -> Markup:
        return Markup("CAST(timezone({}, {}) AS DATE)").format(self.literal(zone), _sql(moment))


class ClickHouse(Dialect):
    name = "clickhouse"
    decimal = "Decimal({},{})"
    text = "Nullable(String)"
    big = "Int64"
    types: ClassVar[dict[str, str]] = {
        "int64": "Int64",
        "int32": "Int32",
        "bool": "Bool",
        "date32": "Date32",
        "timestamp(us, UTC)": "DateTime64(6, 'UTC')",
        "string": "String",
    }

    def ident(self, name: str) -> Markup:
        return Markup("`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`")  # noqa: S704 - quoted here

    def quoted(self, value: str) -> str:
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def column(self, column: Column) -> Markup:
        """Outer joins give NULL only for what may be NULL, so everything may."""
        return Markup("{} Nullable({})").format(self.ident(column.name), self.type_of(column.type))

    def kept(self, column: Column) -> Markup:
        """A column of a table of its own: what sorts may not be NULL."""
        if column.is_key or column.is_person or column.type == "timestamp(us, UTC)":
            return Markup("{} {}").format(self.ident(column.name), self.type_of(column.type))
        return self.column(column)

    def nothing(self, column: Column) -> Markup:
        return Markup("CAST(NULL AS Nullable({}))").format(self.type_of(column.type))

    def plain(self, name: Markup, lake_type: str) -> Markup:
        if found := DECIMAL.fullmatch(lake_type):
            return Markup("toDecimalString({}, {})").format(name, int(found[2]))
        return Markup("toString({})").format(name)

    def chr(self, number: int) -> Markup:
        return Markup("char({})").format(number)

    def number(self, text: Markup) -> Markup:
        return Markup("toInt128(bitShiftRight(reinterpretAsUInt64(reverse(substring(MD5({}), 1, 8))), 4))").format(text)

    def micros(self, moment: str) -> Markup:
        return Markup("toUnixTimestamp64Micro({})").format(_sql(moment))

    def now(self) -> Markup:
        return Markup("now64(6)")

    def day(self, moment: str, zone: str) -> Markup:
        return Markup("toDate32({}, {})").format(_sql(moment), self.literal(zone))

    def utc_day(self, text: str) -> Markup:
        return Markup("toDate32({})").format(_sql(text))

    def days_between(self, first: str, last: str) -> Markup:
        return Markup("dateDiff('day', {}, {})").format(_sql(first), _sql(last))

    def decay(self, days: str, half_life: object) -> Markup:
        # Taken from text, because what is made from a floating number is cut off and not rounded.
        worth = Markup("toString(round(power(2, -({}) / {}), 12))").format(_sql(days), half_life)
        return Markup("toDecimal128({}, 12)").format(worth)

    def fixed(self, what: str, digits: int, places: int) -> Markup:  # noqa: ARG002 - always 38
        return Markup("toDecimal128({}, {})").format(_sql(what), places)


class Spark(Dialect):
    name = "spark"
    text = "STRING"
    types: ClassVar[dict[str, str]] = {
        "int64": "BIGINT",
        "int32": "INT",
        "bool": "BOOLEAN",
        "date32": "DATE",
        "timestamp(us, UTC)": "TIMESTAMP",
        "string": "STRING",
    }

    def ident(self, name: str) -> Markup:
        return Markup("`" + name.replace("`", "``") + "`")  # noqa: S704 - quoted here

    def quoted(self, value: str) -> str:
        # Two quotes would be two texts side by side, and ${name} is replaced before anything is parsed.
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024") + "'"

    def number(self, text: Markup) -> Markup:
        return Markup("CAST(conv(substr(md5({}), 1, 15), 16, 10) AS DECIMAL(38,0))").format(text)

    def micros(self, moment: str) -> Markup:
        return Markup("unix_micros({})").format(_sql(moment))

    def now(self) -> Markup:
        return Markup("current_timestamp()")

    def day(self, moment: str, zone: str) -> Markup:
        """Of a session whose time zone is UTC."""
        return Markup("to_date(from_utc_timestamp({}, {}))").format(_sql(moment), self.literal(zone))

    def days_between(self, first: str, last: str) -> Markup:
        return Markup("datediff({}, {})").format(_sql(last), _sql(first))


class Trino(Dialect):
    """Times are TIMESTAMP(6) in UTC, which the Hive connector has to be told (see the settings of its catalog)."""

    name = "trino"
    types: ClassVar[dict[str, str]] = {
        "int64": "BIGINT",
        "int32": "INTEGER",
        "bool": "BOOLEAN",
        "date32": "DATE",
        "timestamp(us, UTC)": "TIMESTAMP(6)",
        "string": "VARCHAR",
    }

    def number(self, text: Markup) -> Markup:
        return Markup("CAST(from_base(substr(to_hex(md5(to_utf8({}))), 1, 15), 16) AS DECIMAL(38,0))").format(text)

    def micros(self, moment: str) -> Markup:
        return Markup(
            "(CAST(to_unixtime(with_timezone(date_trunc('second', {0}), 'UTC')) AS BIGINT) * 1000000"
            " + CAST(substr(CAST({0} AS VARCHAR), -6) AS BIGINT))"
        ).format(_sql(moment))

    def day(self, moment: str, zone: str) -> Markup:
        return Markup("CAST(at_timezone(with_timezone({}, 'UTC'), {}) AS DATE)").format(
            _sql(moment), self.literal(zone)
        )

    def now(self) -> Markup:
        return Markup("CAST(at_timezone(current_timestamp, 'UTC') AS TIMESTAMP(6))")


class Athena(Trino):
    """Tables are made in the language of Hive, views in that of Trino. Times of its Hive tables have milliseconds."""

    name = "athena"
    types: ClassVar[dict[str, str]] = {
        "int64": "bigint",
        "int32": "int",
        "bool": "boolean",
        "date32": "date",
        "timestamp(us, UTC)": "timestamp",
        "string": "string",
    }

    def hive(self, name: str) -> Markup:
        return Markup("`" + name.replace("`", "``") + "`")  # noqa: S704 - quoted here

    def micros(self, moment: str) -> Markup:
        return Markup(
            "(CAST(to_unixtime(with_timezone(date_trunc('second', {0}), 'UTC')) AS BIGINT) * 1000000"
            " + CAST(substr(CAST(CAST({0} AS TIMESTAMP(6)) AS VARCHAR), -6) AS BIGINT))"
        ).format(_sql(moment))


def _sql(text: str) -> Markup:
    """A piece of SQL of our own templates."""
    return Markup(text)  # noqa: S704


DIALECTS: dict[str, type[Dialect]] = {kind.name: kind for kind in (Athena, Trino, Spark, ClickHouse, DuckDB)}
