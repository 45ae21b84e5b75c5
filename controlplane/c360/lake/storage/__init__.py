"""Where the files of a lake lie: a directory, S3 and what speaks like it, HDFS. One protocol, three targets.

Keys are relative and '/'-separated, of letters, digits and `_ . = -`, and no part of one begins with a dot: nothing
leads out of the root, and what a store keeps for itself never meets them. A prefix is a folder: `tenant=ac` is not
that of `tenant=acme`. Credentials come from the environment of the process, never from an address or an option.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from c360.domain.errors import C360Error, UsageError

_PART = re.compile(r"[A-Za-z0-9_=-][A-Za-z0-9_.=-]*")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_HOST_AND_PORT = re.compile(r"([A-Za-z0-9.-]+|\[[0-9a-f:]+\]):[0-9]{1,5}")
_EXAMPLES = "Write it as file:///srv/lake, s3://bucket/folder or webhdfs://host:9870/folder."


class StorageError(C360Error):
    """U9030 to U9032: the store of a lake did not do what was asked."""


class StorageRefused(StorageError):
    """U9030: the store cannot be reached or refuses; another attempt may succeed."""

    def __init__(self, message: str, *, detail: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, code="U9030", detail=detail, hint=hint)


class ObjectMissing(StorageError):
    """U9031: there is no such object."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(
            f"{url} has no {key}",
            code="U9031",
            hint="Compare the store with the ledger: c360 lake verify",
        )


class ObjectDamaged(StorageError):
    """U9032: what would be stored, or what is, does not have the checksum it should have."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(
            f"{key} at {url} is not what was written: its checksum differs",
            code="U9032",
            hint="Nothing was replaced. Write it again; if it happens twice, suspect the disk or the network between.",
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """One object as the store tells of it; `version` names one that is not the current one, or all where there are."""

    key: str
    size: int
    etag: str | None = None
    modified_at: datetime | None = None
    version: str | None = None
    is_marker: bool = False  # the store remembers that the object was deleted; there is nothing to read


@dataclass(frozen=True, slots=True)
class Retained:
    """What a store keeps although it was told to delete it."""

    key: str
    version: str | None
    until: datetime | None  # None: until somebody lifts it
    reason: str


class Storage(Protocol):
    """A place for the files of a lake."""

    @property
    def url(self) -> str:
        """As it was given; there are no secrets in it."""

    def put(self, key: str, source: Path, *, sha256: bytes) -> Stored:
        """Stores a file whole or not at all, in place of what had the key. Raises ObjectDamaged for another sum."""

    def read(self, key: str, target: Path, *, version: str | None = None) -> None:
        """Writes an object, or one of its versions, into a file. Raises ObjectMissing."""

    def stat(self, key: str) -> Stored | None:
        """The current object of that key."""

    def list(self, prefix: str) -> Iterator[Stored]:
        """Every current object below a folder ('' for all), in order of keys, which is that of their bytes."""

    def delete(self, key: str) -> Sequence[Retained]:
        """Deletes an object with all its versions and unfinished parts. Fine if there is none. Answers what stays."""

    def versions(self, prefix: str) -> Iterator[Stored]:
        """Everything there is below a folder: objects, old versions, delete markers, unfinished parts."""

    def check(self) -> Sequence[str]:
        """What an operator should know about the place; nothing to say is an empty list."""


def open_storage(url: str, options: Mapping[str, str]) -> Storage:
    """The store of an address. Looks nothing up: `check()` does, and every other call."""
    address = urlsplit(url)
    if "@" in address.netloc or address.query or address.fragment:
        raise UsageError(
            "the address of a lake holds neither credentials nor parameters",
            hint="Credentials come from the environment, everything else is an option.",
        )
    if any(part in (".", "..") for part in address.path.split("/")) or "%" in url or "\\" in url:
        raise UsageError(f"{url!r} is no plain address of a lake", hint=_EXAMPLES)
    opener = _OPENERS.get(address.scheme)
    if opener is None:
        raise UsageError(f"{url!r} is no address of a lake", hint=_EXAMPLES)
    return opener(address, options)


def _open_local(address: SplitResult, options: Mapping[str, str]) -> Storage:
    from c360.lake.storage.local import LocalStorage

    check_options(options, set())
    if address.netloc not in ("", "localhost") or not address.path.strip("/"):
        raise UsageError("the address of a directory has three slashes and a path", hint=_EXAMPLES)
    return LocalStorage(Path(address.path))


def _open_s3(address: SplitResult, options: Mapping[str, str]) -> Storage:
    from c360.lake.storage.s3 import S3Storage

    if not _BUCKET.fullmatch(address.netloc):
        raise UsageError(f"{address.netloc!r} is no name of a bucket", hint=_EXAMPLES)
    return S3Storage(address.netloc, address.path, options)


def _open_webhdfs(address: SplitResult, options: Mapping[str, str]) -> Storage:
    from c360.lake.storage.webhdfs import WebHdfsStorage

    if not _HOST_AND_PORT.fullmatch(address.netloc):
        raise UsageError("the address of HDFS has host and port of the name node's REST interface", hint=_EXAMPLES)
    return WebHdfsStorage(address.netloc, address.path, options)


_OPENERS = {"file": _open_local, "s3": _open_s3, "webhdfs": _open_webhdfs}


def check_options(options: Mapping[str, str], known: set[str]) -> None:
    """Raises UsageError for an option that a target does not have."""
    if unknown := sorted(set(options) - known):
        raise UsageError(
            f"this kind of lake has no option {', '.join(unknown)}",
            hint=f"It has: {', '.join(sorted(known))}" if known else "It has none.",
        )


def is_key(key: str) -> bool:
    """Whether an object of a lake can have that key; others in its place are not its own."""
    return len(key) <= 900 and all(_PART.fullmatch(part) for part in key.split("/"))


def checked_key(key: str) -> str:
    """The key, if it is one."""
    if not is_key(key):
        raise UsageError(f"{key!r} is no key of a lake", hint="Keys are such as events/tenant=acme/part.parquet.")
    return key


def checked_prefix(prefix: str) -> str:
    """A folder as keys below it begin: with a slash at its end, or '' for all."""
    folder = prefix.rstrip("/")
    return f"{checked_key(folder)}/" if folder else ""
