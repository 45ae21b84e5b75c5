"""The file a tenant is dumped to: a zip archive with one description and the rows of each table.

    tables/<table>.copy  rows in PostgreSQL's COPY text format, UTF-8
    tenant.json          metadata and shape of the tenant, to the letter as c360._dump_tenant() gave it
    dump.json            format, release, and how many rows each table has

Written and read in one pass, a piece at a time, so that size costs no memory. A file appears under its name only when
it is whole. Refuses a file that is none of ours, damaged or of another format with U4432; looks at nothing else in it.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from psycopg.abc import Buffer
from pydantic import BaseModel, ValidationError

from c360.domain.errors import GovernanceRefused, UsageError
from c360.governance.dumped import Description, DumpedTenant

Document = TypeVar("Document", bound=BaseModel)

_DESCRIPTION = "dump.json"
_TENANT = "tenant.json"
_PIECE = 1 << 18
_LARGEST_DOCUMENT = 1 << 28


class ArchiveWriter:
    """An archive that is being written: tables one after the other, the description last."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add_table(self, name: str, pieces: Iterable[Buffer]) -> None:
        with self._archive.open(_member(name), "w", force_zip64=True) as target:
            for piece in pieces:
                target.write(piece)

    def finish(self, tenant: str, description: Description) -> None:
        """`tenant` is JSON; passed on as text, because numbers of jsonb are more exact than ours."""
        self._archive.writestr(_TENANT, tenant)
        self._archive.writestr(_DESCRIPTION, description.model_dump_json(indent=1))


class ArchiveReader:
    """An archive whose two documents have been read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.description = self._parsed(Description, self._text(_DESCRIPTION))
        self.tenant_text = self._text(_TENANT)
        self.tenant = self._parsed(DumpedTenant, self.tenant_text)

    def table(self, name: str) -> Iterator[bytes]:
        """The rows of a table, a piece at a time. Damage is noticed at the latest with the last piece."""
        try:
            with self._archive.open(_member(name)) as source:
                while piece := source.read(_PIECE):
                    yield piece
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError) as error:
            raise _unreadable(f"table {name} cannot be read: {error}") from error

    def _text(self, member: str) -> str:
        try:
            if self._archive.getinfo(member).file_size > _LARGEST_DOCUMENT:
                raise _unreadable(f"{member} is too large")
            return self._archive.read(member).decode()
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, UnicodeDecodeError) as error:
            raise _unreadable(f"{member} cannot be read: {error}") from error

    @staticmethod
    def _parsed(kind: type[Document], text: str) -> Document:
        try:
            return kind.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(step) for step in first["loc"])
            raise _unreadable(f"{place or 'document'}: {first['msg']}") from error


@contextmanager
def writing(path: Path) -> Iterator[ArchiveWriter]:
    """A new archive, readable by its owner alone: everything a tenant knows about people is in it."""
    if path.exists():
        raise UsageError(f"{path} exists already", hint="Choose another name, or remove the file first.")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with (
            os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file,
        ):
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                yield ArchiveWriter(archive)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def reading(path: Path) -> Iterator[ArchiveReader]:
    """An existing archive of this format."""
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except zipfile.BadZipFile as error:
        raise _unreadable(str(error)) from error
    with archive:
        yield ArchiveReader(archive)


def _member(table: str) -> str:
    return f"tables/{table}.copy"


def _unreadable(reason: str) -> GovernanceRefused:
    return GovernanceRefused(
        "this is no whole dump of a tenant",
        code="U4432",
        detail=reason,
        hint="Dump the tenant again: c360 tenant dump TENANT FILE",
    )
