"""What Iceberg writes and reads besides the data, through the store of the lake and its credentials."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from pathlib import Path
from typing import Any

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream

from c360.lake.storage import ObjectMissing, Storage, open_storage

URL, OPTIONS = "c360.url", "c360.options"


class StorageIO(FileIO):
    """A FileIO of pyiceberg on a store; its properties say which. Objects are metadata, which fit into memory."""

    def __init__(self, properties: dict[str, str]) -> None:
        super().__init__(properties)
        self.storage = open_storage(properties[URL], json.loads(properties[OPTIONS]))

    def key(self, location: str) -> str:
        """The key of a location, which is whatever the store's own address begins."""
        root = f"{self.storage.url}/"
        if not location.startswith(root):
            raise FileNotFoundError(f"{location} is not in {self.storage.url}")
        return location.removeprefix(root)

    def new_input(self, location: str) -> InputFile:
        return _Input(location, self.storage, self.key(location))

    def new_output(self, location: str) -> OutputFile:
        return _Output(location, self.storage, self.key(location))

    def delete(self, location: str | InputFile | OutputFile) -> None:
        self.storage.delete(self.key(location if isinstance(location, str) else location.location))


class _Input(InputFile):
    def __init__(self, location: str, storage: Storage, key: str) -> None:
        super().__init__(location)
        self._storage, self._key = storage, key

    def __len__(self) -> int:
        stored = self._storage.stat(self._key)
        if stored is None:
            raise FileNotFoundError(self.location)
        return stored.size

    def exists(self) -> bool:
        return self._storage.stat(self._key) is not None

    def open(self, seekable: bool = True) -> InputStream:  # noqa: ARG002 - everything is seekable
        with tempfile.TemporaryDirectory(prefix="c360-lake-") as folder:
            path = Path(folder) / "read"
            try:
                self._storage.read(self._key, path)
            except ObjectMissing as error:
                raise FileNotFoundError(self.location) from error
            return io.BytesIO(path.read_bytes())


class _Output(OutputFile):
    def __init__(self, location: str, storage: Storage, key: str) -> None:
        super().__init__(location)
        self._storage, self._key = storage, key

    def __len__(self) -> int:
        return len(self.to_input_file())

    def exists(self) -> bool:
        return self.to_input_file().exists()

    def to_input_file(self) -> InputFile:
        return _Input(self.location, self._storage, self._key)

    def create(self, overwrite: bool = False) -> OutputStream:
        if not overwrite and self.exists():
            raise FileExistsError(self.location)
        return _Writing(self._storage, self._key)


class _Writing(io.BytesIO):
    """Bytes that are stored when they are complete."""

    def __init__(self, storage: Storage, key: str) -> None:
        super().__init__()
        self._storage, self._key = storage, key

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is not None:  # what is half written is not stored
            super().close()
        self.close()

    def close(self) -> None:
        if self.closed:
            return
        content = self.getvalue()
        super().close()
        with tempfile.TemporaryDirectory(prefix="c360-lake-") as folder:
            path = Path(folder) / "written"
            path.write_bytes(content)
            self._storage.put(self._key, path, sha256=hashlib.sha256(content).digest())
