"""Where the bytes of a file come from: the file itself, a .gz, one file of a .zip; UTF-16 comes as UTF-8.

Positions are bytes of what comes out. Nothing is unpacked to disk, nothing is held in memory.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

from c360.domain.errors import UsageError

_BLOCK = 1 << 18
_PACKED = {".gz": "gzip", ".zip": "zip"}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read; `name` is what its format is told by."""

    path: Path
    name: str
    packing: str | None = None
    member: str | None = None
    utf16: str | None = None

    @classmethod
    def of(cls, path: Path) -> Source:
        """The file of a path. One of several files of an archive is named FILE.zip#NAME."""
        whole, sign, member = str(path).rpartition(".zip#")
        is_member = bool(sign) and not path.exists()
        _check_kind(Path(f"{whole}.zip") if is_member else path)
        if is_member:
            return cls._of_archive(Path(f"{whole}.zip"), member)
        packing = _PACKED.get(path.suffix.lower())
        if packing == "zip":
            return cls._of_archive(path, None)
        return cls(path, path.stem if packing else path.name, packing)

    @classmethod
    def _of_archive(cls, path: Path, member: str | None) -> Source:
        with readable(path), zipfile.ZipFile(path) as archive:
            found = [entry.filename for entry in archive.infolist() if _holds_data(entry)]
            wanted = [name for name in found if member in (None, name)]
            if len(wanted) != 1:
                said = f"{path} has no file {member}" if member else f"{path} has {len(found) or 'no'} files"
                shown = ", ".join(f"{path.name}#{name}" for name in found[:10])
                raise UsageError(said, hint=f"Name one of them: {shown}" if found else None)
            if archive.getinfo(wanted[0]).flag_bits & 1:
                raise UsageError(f"{path} is locked with a password", hint="Unpack it first.")
        return cls(path, Path(wanted[0]).name, "zip", wanted[0])

    @property
    def size(self) -> int:
        """How many bytes come out, as far as the file says."""
        if self.packing == "zip":
            with zipfile.ZipFile(self.path) as archive:
                return archive.getinfo(str(self.member)).file_size
        size = self.path.stat().st_size
        if self.packing == "gzip" and size > 4:
            with self.path.open("rb") as file:
                file.seek(-4, io.SEEK_END)
                return int.from_bytes(file.read(4), "little")
        return size

    def as_utf8(self, encoding: str) -> Source:
        """The same file, UTF-16 of which is read as UTF-8. What is no text in it is none in UTF-8 either."""
        return replace(self, utf16=encoding)

    def open(self, position: int = 0) -> BinaryIO:
        """The bytes from a position on."""
        if self.packing is None and self.utf16 is None:
            file: BinaryIO = self.path.open("rb", buffering=1 << 20)
            file.seek(position)
            return file
        if self.packing == "gzip":
            file = cast(BinaryIO, gzip.open(self.path, "rb"))  # noqa: SIM115 - the caller closes what it gets
        elif self.packing == "zip":
            file = cast(BinaryIO, zipfile.ZipFile(self.path).open(str(self.member)))  # noqa: SIM115
        else:
            file = self.path.open("rb")
        if self.utf16 is not None:
            file = cast(BinaryIO, _Utf8(file, self.utf16))
        buffered = io.BufferedReader(cast(io.RawIOBase, file), _BLOCK)
        while position > 0 and (passed := len(buffered.read(min(position, _BLOCK)))):
            position -= passed
        return buffered


class _Utf8(io.RawIOBase):
    """A stream of UTF-16 as UTF-8, without its byte order mark."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
        self._ready = b""
        self._is_begun = self._is_ended = False

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not self._ready and not self._is_ended:
            self._ready = self._next()
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _next(self) -> bytes:
        block = self._file.read(_BLOCK)
        self._is_ended = not block
        try:
            text = self._decoder.decode(block, final=self._is_ended)
        except UnicodeDecodeError:  # half a letter at the end
            return b"\xff"
        if text and not self._is_begun:
            self._is_begun = True
            text = text.removeprefix("\ufeff")
        return text.encode("utf-8", "surrogatepass")


def _check_kind(path: Path) -> None:
    """Raises UsageError for what gives its bytes once, or without end."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise UsageError(
            f"{path} is a pipe or a device",
            hint="A file is read several times: write what comes from there into one first.",
        )


def digest_of(path: Path) -> str:
    """What a file is known by: its whole content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def readable(path: Path) -> Iterator[None]:
    """Whatever is wrong with a file becomes UsageError."""
    try:
        yield
    except (EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
        raise UsageError(
            f"{path} cannot be unpacked: {error}", hint="Fetch it once more, or unpack it with other tools."
        ) from error
    except (ConnectionError, BrokenPipeError):
        raise
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def _holds_data(entry: zipfile.ZipInfo) -> bool:
    """Not folders, and not what file managers leave behind."""
    return not entry.is_dir() and not any(part.startswith((".", "__MACOSX")) for part in Path(entry.filename).parts)
