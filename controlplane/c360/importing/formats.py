"""Which reader a file is for: what its name ends with, or what is said."""

from __future__ import annotations

from pathlib import Path

from c360.domain.errors import UsageError
from c360.importing.csv_file import CsvFile
from c360.importing.json_file import JsonFile
from c360.importing.parquet_file import ParquetFile
from c360.importing.rows import Reader
from c360.importing.source import Source, readable

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
}
_OTHER_SHEETS = {".xls", ".xlsb", ".ods", ".numbers"}
_KINDS = "csv, jsonl, excel or parquet"


def reader_of(
    path: Path,
    kind: str | None = None,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    named: set[str] | None = None,
) -> Reader:
    """The reader of a file; options that its format does not have are refused. `named`: columns a mapping names."""
    with readable(path):
        source = Source.of(path)
        found = _kind(source, kind)
        for option, given, formats in (
            ("--delimiter", delimiter, {"csv"}),
            ("--encoding", encoding, {"csv", "jsonl"}),
            ("--sheet", sheet, {"excel"}),
        ):
            if given is not None and found not in formats:
                raise UsageError(f"{option} is not for {found}", hint=f"{source.path.name} is read as {found}.")
        if found == "csv":
            return CsvFile(source, delimiter=delimiter, encoding=encoding)
        if found == "jsonl":
            return JsonFile(source, named=named or set(), encoding=encoding)
        if found == "excel":
            from c360.importing.excel_file import ExcelFile

            return ExcelFile(source, sheet=sheet)
        return ParquetFile(source)


def _kind(source: Source, kind: str | None) -> str:
    ending = Path(source.name).suffix.lower()
    found = kind or FORMATS.get(ending)
    if found is None and ending in _OTHER_SHEETS:
        raise UsageError(f"{ending} files cannot be read", hint="Save the sheet as .xlsx or as CSV.")
    if source.path.is_dir():
        raise UsageError(f"{source.path} is a folder", hint="Name one file in it.")
    if found not in set(FORMATS.values()):
        raise UsageError(f"it is not clear what {source.path} is", hint=f"Say it with --format {_KINDS}.")
    return found
