"""A lake on HDFS by its REST interface: of a name node, of HttpFS, of what speaks like it. No Hadoop on this side.

A file is written under a hidden name, read back and compared, and only then renamed over what was there: whoever reads
sees all of one or all of the other. A hidden file that a killed process left is a version of its object, and so is
what a snapshot of a directory keeps: `delete()` removes the first and answers the second, which only the owner of
the snapshot can remove.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from c360.domain.errors import UsageError
from c360.lake.storage import (
    ObjectDamaged,
    ObjectMissing,
    Retained,
    StorageError,
    StorageRefused,
    Stored,
    check_options,
    checked_key,
    checked_prefix,
    is_key,
)

OPTIONS = {"user"}
_BLOCK = 1 << 20
_TIMEOUTS = (10, 120)  # to connect, and between two answers
_NOT_THERE = {"FileNotFoundException", "ParentNotDirectoryException"}
_PART = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{16}\.part")
_HINT = (
    "Look whether the name node answers at that address, its data nodes can be reached from here by the names it gives"
    " them, and the user may write there."
)


class _Refused(Exception):
    """What the cluster answered, by the name of its exception."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class WebHdfsStorage:
    """Files below one directory of a cluster."""

    def __init__(self, address: str, path: str, options: Mapping[str, str]) -> None:
        check_options(options, OPTIONS)
        try:
            import requests
            from requests.adapters import HTTPAdapter
            from urllib3.util import Retry
        except ImportError as error:
            raise UsageError(
                "a lake on HDFS needs requests, which is not installed", hint="pip install 'c360[lake-hdfs]'"
            ) from error
        self._requests = requests
        self._session = requests.Session()
        again = Retry(total=3, connect=3, read=0, status=0, redirect=3, backoff_factor=0.5)
        self._session.mount("http://", HTTPAdapter(max_retries=again))
        self._address = address
        self._root = f"/{checked_prefix(path.strip('/'))}"
        self._user = options.get("user", "c360")
        self.url = f"webhdfs://{address}{self._root}".rstrip("/")

    def put(self, key: str, source: Path, *, sha256: bytes) -> Stored:
        path = self._path(key)
        folder, _, name = path.rpartition("/")
        hidden = f"{folder}/.{name}.{secrets.token_hex(8)}.part"
        with self._refusals(key):
            with source.open("rb") as file:
                if hashlib.file_digest(file, "sha256").digest() != sha256:
                    raise ObjectDamaged(self.url, key)
            self._ask("put", folder or "/", op="MKDIRS", permission="750")
            try:
                self._write(hidden, source)
                self._check_digest(hidden, sha256, key)
                self._rename(hidden, path)
            except BaseException:
                with contextlib.suppress(_Refused, self._requests.RequestException):
                    self._ask("delete", hidden, op="DELETE")
                raise
            for part in self._parts(path):
                self._ask("delete", part, op="DELETE")
            return self._stored(key, self._status(path))

    def read(self, key: str, target: Path, *, version: str | None = None) -> None:
        path = self._path(key)
        if version is not None:
            path = self._path_of_version(key, version)
        with self._refusals(key):
            if self._status(path)["type"] != "FILE":
                raise ObjectMissing(self.url, key)
            try:
                with target.open("wb") as file:
                    for block in self._blocks(path):
                        file.write(block)
            except BaseException:
                target.unlink(missing_ok=True)
                raise

    def stat(self, key: str) -> Stored | None:
        path = self._path(key)
        try:
            with self._refusals(key):
                status = self._status(path)
        except ObjectMissing:
            return None
        return self._stored(key, status) if status["type"] == "FILE" else None

    def list(self, prefix: str) -> Iterator[Stored]:
        return (stored for stored in self._below(self._folder(prefix)) if stored.version is None)

    def versions(self, prefix: str) -> Iterator[Stored]:
        folder = self._folder(prefix)
        yield from self._below(folder)
        for snapshot in self._snapshots(folder):
            yield from self._below(folder, snapshot)

    def delete(self, key: str) -> Sequence[Retained]:
        path = self._path(key)
        with self._refusals(key):
            for file in (path, *self._parts(path)):
                self._ask("delete", file, op="DELETE")
        kept = []
        for snapshot in self._snapshots(f"{path.rpartition('/')[0]}/"):
            with contextlib.suppress(ObjectMissing), self._refusals(key):
                self._status(_in_snapshot(path, snapshot))
                kept.append(Retained(key, snapshot, None, "snapshot of HDFS"))
        return kept

    def check(self) -> Sequence[str]:
        said = []
        if urlsplit(f"//{self._address}").hostname not in ("127.0.0.1", "::1", "localhost"):
            said.append(f"{self.url} is not encrypted on its way, and believes whoever names a user")
        try:
            with self._refusals("."):
                status = self._status(self._root.rstrip("/") or "/")
        except ObjectMissing:
            return [*said, f"{self.url} does not exist yet: the first export makes it"]
        if int(status["permission"], 8) & 0o004:
            said.append(f"{self._root} can be read by every user of the cluster: hdfs dfs -chmod o-rwx {self._root}")
        said += [
            f"{snapshot} keeps what is erased from the lake until somebody deletes that snapshot"
            for snapshot in self._snapshots(self._root)
        ]
        return said

    def _path(self, key: str) -> str:
        return f"{self._root}{checked_key(key)}"

    def _folder(self, prefix: str) -> str:
        return f"{self._root}{checked_prefix(prefix)}"

    def _path_of_version(self, key: str, version: str) -> str:
        path = self._path(key)
        if (found := _PART.fullmatch(version)) and found["name"] == path.rpartition("/")[2]:
            return f"{path.rpartition('/')[0]}/{version}"
        if re.fullmatch(r"/.*\.snapshot/[^/]+", version) and path.startswith(version.partition(".snapshot/")[0]):
            return _in_snapshot(path, version)
        raise ObjectMissing(self.url, key)

    def _parts(self, path: str) -> Sequence[str]:
        folder, _, name = path.rpartition("/")
        found = [(_PART.fullmatch(entry["pathSuffix"]), entry["pathSuffix"]) for entry in self._entries(folder or "/")]
        return [f"{folder}/{part}" for match, part in found if match and match["name"] == name]

    def _snapshots(self, folder: str) -> Iterator[str]:
        """Snapshots that a folder, one above it or one below it has: the paths that they are read by."""
        above = folder.split("/")[:-1]
        folders = ["/".join(above[: depth + 1]) + "/" for depth in range(len(above))]
        with self._refusals(folder):
            for one in [*folders, *self._folders_below(folder)]:
                for entry in self._entries(f"{one}.snapshot"):
                    yield f"{one}.snapshot/{entry['pathSuffix']}"

    def _folders_below(self, folder: str) -> Iterator[str]:
        for entry in self._entries(folder):
            if entry["type"] == "DIRECTORY":
                below = f"{folder}{entry['pathSuffix']}/"
                yield below
                yield from self._folders_below(below)

    def _below(self, folder: str, snapshot: str | None = None) -> Iterator[Stored]:
        """The files below a folder, as they are or as a snapshot has them, in the order of their keys."""
        there = snapshot.partition(".snapshot/")[0] if snapshot else ""
        begin = there if there.startswith(folder) else folder
        with self._refusals(folder):
            yield from self._walked(begin, snapshot)

    def _walked(self, folder: str, snapshot: str | None) -> Iterator[Stored]:
        listed = self._entries(_in_snapshot(folder, snapshot) if snapshot else folder)
        named = [(f"{one['pathSuffix']}/" if one["type"] == "DIRECTORY" else one["pathSuffix"], one) for one in listed]
        for name, entry in sorted(named, key=lambda pair: pair[0].removeprefix(".")):
            if name.endswith("/"):
                yield from self._walked(f"{folder}{name}", snapshot)
                continue
            part = _PART.fullmatch(name)
            key = f"{folder}{part['name'] if part else name}".removeprefix(self._root)
            # A part in a snapshot is read by the snapshot under the name it has there, which is no key.
            if is_key(key):
                yield self._stored(key, entry, snapshot or (name if part else None))

    def _stored(self, key: str, status: Mapping[str, Any], version: str | None = None) -> Stored:
        modified = datetime.fromtimestamp(status["modificationTime"] / 1000, UTC)
        return Stored(key, status["length"], None, modified, version)

    def _status(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("get", path, op="GETFILESTATUS").json()["FileStatus"]
        return found

    def _entries(self, folder: str) -> Sequence[dict[str, Any]]:
        """What lies in a folder; nothing where there is no such folder."""
        try:
            answer = self._ask("get", folder.rstrip("/") or "/", op="LISTSTATUS")
        except _Refused as refused:
            if refused.kind in _NOT_THERE or (refused.kind == "SnapshotException" and folder.endswith("/.snapshot")):
                return []
            raise
        found: Sequence[dict[str, Any]] = answer.json()["FileStatuses"]["FileStatus"]
        return [entry for entry in found if entry["pathSuffix"]]

    def _write(self, path: str, source: Path) -> None:
        """Two steps, as the protocol has it: the name node says which data node takes the bytes."""
        where = self._ask("put", path, op="CREATE", permission="640", overwrite="false", redirected=False)
        with source.open("rb") as file:
            self._checked(
                self._session.put(
                    where.headers["Location"],
                    data=file if source.stat().st_size else b"",
                    headers={"Content-Type": "application/octet-stream"},
                    timeout=_TIMEOUTS,
                    allow_redirects=False,
                )
            )

    def _blocks(self, path: str) -> Iterator[bytes]:
        with contextlib.closing(self._ask("get", path, op="OPEN", stream=True)) as answer:
            yield from answer.iter_content(_BLOCK)

    def _check_digest(self, path: str, sha256: bytes, key: str) -> None:
        digest = hashlib.sha256()
        for block in self._blocks(path):
            digest.update(block)
        if digest.digest() != sha256:
            raise ObjectDamaged(self.url, key)

    def _rename(self, path: str, destination: str) -> None:
        """Over what is there. A gateway that does not know the option answers false and renames nothing."""
        answer = self._ask("put", path, op="RENAME", destination=destination, renameoptions="OVERWRITE")
        if answer.content and answer.json().get("boolean") is False:
            raise _Refused("RenameRefused", f"a file cannot be renamed over {destination}")

    def _ask(self, method: str, path: str, *, redirected: bool = True, stream: bool = False, **question: str) -> Any:
        answer = self._session.request(
            method,
            f"http://{self._address}/webhdfs/v1{path}",
            params={**question, "user.name": self._user},
            timeout=_TIMEOUTS,
            allow_redirects=redirected,
            stream=stream,
        )
        return self._checked(answer)

    def _checked(self, answer: Any) -> Any:
        if answer.status_code < 400:
            return answer
        try:
            said = answer.json()["RemoteException"]
        except (ValueError, KeyError):
            raise _Refused(f"HTTP {answer.status_code}", answer.reason or "no reason given") from None
        raise _Refused(said["exception"], said["message"].split("\n")[0])

    @contextlib.contextmanager
    def _refusals(self, key: str) -> Iterator[None]:
        try:
            yield
        except _Refused as refused:
            if refused.kind in _NOT_THERE:
                raise ObjectMissing(self.url, key) from refused
            raise StorageRefused(f"{self.url} refuses: {refused}", detail=refused.kind, hint=_HINT) from refused
        except StorageError:
            raise
        except (self._requests.RequestException, OSError) as error:
            raise StorageRefused(
                f"{self.url} cannot be asked: {error}", detail=error.__class__.__name__, hint=_HINT
            ) from error


def _in_snapshot(path: str, snapshot: str) -> str:
    """Where a snapshot has what lies at a path."""
    return f"{snapshot}/{path.removeprefix(snapshot.partition('.snapshot/')[0])}"
