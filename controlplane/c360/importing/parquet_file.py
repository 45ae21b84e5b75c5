"""Parquet, when pyarrow is there (the extra c360[parquet]). Positions are rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson

from c360.domain.errors import UsageError
from c360.importing.rows import UNSTORABLE, Column, Row, as_kept, is_storable
from c360.importing.source import Source

_BATCH = 5_000


class ParquetFile:
    """A Parquet file; its columns say their types."""

    def __init__(self, source: Source) -> None:
        self.path = path = source.path
        if source.packing is not None:
            raise UsageError(f"{path} holds a Parquet file", hint="Unpack it first.")
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError as error:
            raise UsageError(
                "Parquet needs pyarrow, which is not installed", hint="pip install 'c360[parquet]'"
            ) from error
        self._arrow: Any = pyarrow
        try:
            self._file: Any = parquet.ParquetFile(path)
        except pyarrow.ArrowInvalid as error:
            raise UsageError(f"{path} is no Parquet file: {error}") from error
        self.size: int = self._file.metadata.num_rows
        self.reading = "parquet"
        self.described: dict[str, Any] = {}
        self.remarks: list[str] = []

    def columns(self) -> list[Column]:
        return [Column(field.name, self._kind(field.type)) for field in self._file.schema_arrow]

    def rows(self, position: int, wanted: set[str]) -> Iterator[Row]:
        names = [field.name for field in self._file.schema_arrow if field.name in wanted]
        groups, skipped = self._groups_from(position)
        place = position - skipped
        for batch in self._file.iter_batches(batch_size=_BATCH, row_groups=groups, columns=names):
            for value in self._plain(batch).to_pylist():
                place += 1
                if place > position:
                    yield _row(value, place)

    def _groups_from(self, position: int) -> tuple[list[int], int]:
        """The row groups a position leaves, and how many rows of the first of them are before it."""
        metadata, before = self._file.metadata, 0
        for group in range(metadata.num_row_groups):
            count = metadata.row_group(group).num_rows
            if before + count > position:
                return list(range(group, metadata.num_row_groups)), position - before
            before += count
        return [], 0

    def _plain(self, batch: Any) -> Any:
        """Nanoseconds, which neither Python nor the database knows, become microseconds."""
        arrow = self._arrow
        columns = [
            column.cast(arrow.timestamp("us", tz=column.type.tz), safe=False)
            if arrow.types.is_timestamp(column.type)
            else column
            for column in batch.columns
        ]
        return arrow.RecordBatch.from_arrays(columns, names=batch.schema.names)

    def _kind(self, own: Any) -> str:
        types = self._arrow.types
        kinds = (
            (types.is_boolean, "boolean"),
            (types.is_integer, "number"),
            (types.is_floating, "number"),
            (types.is_decimal, "number"),
            (types.is_date, "date"),
            (types.is_timestamp, "time"),
            (types.is_list, "list"),
            (types.is_large_list, "list"),
            (types.is_struct, "document"),
            (types.is_map, "document"),
            (types.is_binary, "bytes"),
            (types.is_large_binary, "bytes"),
            (types.is_fixed_size_binary, "bytes"),
        )
        if types.is_dictionary(own):
            return self._kind(own.value_type)
        return next((kind for test, kind in kinds if test(own)), "text")


def _row(value: dict[str, Any], place: int) -> Row:
    content = orjson.dumps(value, default=_as_json, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS)
    text = content.decode()
    if is_storable(text):
        return Row(text, None, None, place)
    return Row(None, UNSTORABLE, as_kept(text), place)


def _as_json(value: Any) -> Any:
    """Times as ISO 8601, those with a zone in UTC; decimals with all their digits; everything else as text."""
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f")) if math.isfinite(value) else None
    return str(value)
