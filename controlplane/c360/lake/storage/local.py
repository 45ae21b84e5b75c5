"""A lake in a directory: a file system that any engine on the machine reads.

A file is written beside its place under a hidden name, synced, and renamed: whoever reads sees all of it or nothing,
also after the power failed. A hidden file that a killed process left behind is a version of its object: it is listed
by `versions()` and goes with the object.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from c360.lake.storage import (
    ObjectDamaged,
    ObjectMissing,
    Retained,
    StorageRefused,
    Stored,
    checked_key,
    checked_prefix,
    is_key,
)

_BLOCK = 1 << 20
_FILE_MODE, _FOLDER_MODE = 0o640, 0o750


class LocalStorage:
    """Files below one directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.url = f"file://{root}"

    def put(self, key: str, source: Path, *, sha256: bytes) -> Stored:
        path = self._path(key)
        with self._refusals(key):
            self._make_folders(path.parent)
            hidden = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
            try:
                if _copy(source, hidden) != sha256:
                    raise ObjectDamaged(self.url, key)
                hidden.replace(path)
            finally:
                hidden.unlink(missing_ok=True)
            for left in self._parts(path):
                left.unlink(missing_ok=True)
            _sync(path.parent)
            return self._stored(path)

    def read(self, key: str, target: Path, *, version: str | None = None) -> None:
        path = self._path(key)
        if version is not None:
            path = next((part for part in self._parts(path) if part.name == version), path.with_name(".none"))
        with self._refusals(key):
            try:
                shutil.copyfile(path, target)
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
                if path.is_file():
                    raise
                raise ObjectMissing(self.url, key) from error

    def stat(self, key: str) -> Stored | None:
        path = self._path(key)
        with self._refusals(key):
            return self._stored_or_none(path) if path.is_file() else None

    def list(self, prefix: str) -> Iterator[Stored]:
        return (stored for stored in self.versions(prefix) if stored.version is None)

    def versions(self, prefix: str) -> Iterator[Stored]:
        folder = self._root / checked_prefix(prefix)
        self._check_inside(folder)
        with self._refusals(prefix):
            yield from self._below(folder)

    def delete(self, key: str) -> Sequence[Retained]:
        path = self._path(key)
        with self._refusals(key):
            for file in (path, *self._parts(path)):
                file.unlink(missing_ok=True)
            if path.parent.is_dir():
                _sync(path.parent)
        return []

    def check(self) -> Sequence[str]:
        if not self._root.is_dir():
            return [f"{self._root} does not exist yet: the first export makes it"]
        said = []
        if not os.access(self._root, os.R_OK | os.W_OK | os.X_OK):
            said.append(f"{self._root} cannot be read and written by this process")
        if self._root.stat().st_mode & stat.S_IROTH:
            said.append(f"{self._root} can be read by everybody on this machine: chmod o-rwx {self._root}")
        usage = shutil.disk_usage(self._root)
        if usage.free < usage.total // 20:
            said.append(f"the disk of {self._root} is nearly full: {usage.free >> 20} MB are free")
        return said

    def _path(self, key: str) -> Path:
        path = self._root / checked_key(key)
        self._check_inside(path)
        return path

    def _check_inside(self, path: Path) -> None:
        """Raises StorageRefused where a symbolic link leads out of the root."""
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise StorageRefused(f"{path} leads out of {self._root}", hint="Remove the symbolic link.")

    def _make_folders(self, folder: Path) -> None:
        missing = [parent for parent in (folder, *folder.parents) if not parent.is_dir()]
        for parent in reversed(missing):
            parent.mkdir(mode=_FOLDER_MODE, exist_ok=True)
            _sync(parent.parent)

    def _parts(self, path: Path) -> Sequence[Path]:
        """What puts of an object left behind or are writing now."""
        return sorted(path.parent.glob(f".{path.name}.*.part"))

    def _below(self, folder: Path) -> Iterator[Stored]:
        if not folder.is_dir():
            return
        entries = [(f"{entry.name}/" if entry.is_dir() else entry.name, entry) for entry in folder.iterdir()]
        for name, entry in sorted(entries, key=lambda pair: pair[0].removeprefix(".")):
            if name.endswith("/"):
                self._check_inside(entry)
                yield from self._below(entry)
            elif (stored := self._stored_or_none(entry)) is not None and is_key(stored.key):
                yield stored

    def _stored_or_none(self, path: Path) -> Stored | None:
        try:
            return self._stored(path)
        except FileNotFoundError:  # went away since it was listed
            return None

    def _stored(self, path: Path) -> Stored:
        about = path.stat()
        version = path.name if path.name.startswith(".") else None
        name = path.name[1:].rsplit(".", 2)[0] if version and version.endswith(".part") else path.name
        return Stored(
            key=path.with_name(name).relative_to(self._root).as_posix(),
            size=about.st_size,
            modified_at=datetime.fromtimestamp(about.st_mtime, UTC),
            version=version,
        )

    @contextlib.contextmanager
    def _refusals(self, key: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageRefused(
                f"{self.url} refuses {key}: {error.strerror or error}",
                detail=error.__class__.__name__,
                hint="Look at the rights of the directory, and whether its disk is full.",
            ) from error


def _copy(source: Path, target: Path) -> bytes:
    """Copies a file to a new one that is on the disk afterwards; answers the checksum of what was read."""
    digest = hashlib.sha256()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    with os.fdopen(descriptor, "wb") as written, source.open("rb") as read:
        while block := read.read(_BLOCK):
            digest.update(block)
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    return digest.digest()


def _sync(folder: Path) -> None:
    """Names in a folder are on the disk afterwards."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
