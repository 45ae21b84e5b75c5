"""What every store of a lake promises, whatever it is made of."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from c360.domain.errors import UsageError
from c360.lake.storage import ObjectDamaged, ObjectMissing, Storage, Stored


def keys(stored: object) -> list[str]:
    return [one.key for one in stored]  # type: ignore[attr-defined]


class StorageContract:
    """Subclassed by the tests of each store, which give the fixture `storage`."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def put(self, storage: Storage, key: str, content: bytes) -> Stored:
        source = self.folder / "source"
        source.write_bytes(content)
        return storage.put(key, source, sha256=hashlib.sha256(content).digest())

    def content(self, storage: Storage, key: str, version: str | None = None) -> bytes:
        target = self.folder / "target"
        target.unlink(missing_ok=True)
        storage.read(key, target, version=version)
        return target.read_bytes()

    def test_what_was_put_is_read_again(self, storage: Storage) -> None:
        key = "events/tenant=acme/dt=2026-10-01/y2026m10-1-0a1b2c3d.parquet"
        content = os.urandom(300_000)

        stored = self.put(storage, key, content)

        assert (stored.key, stored.size) == (key, 300_000)
        assert self.content(storage, key) == content
        found = storage.stat(key)
        assert found is not None
        assert (found.key, found.size, found.etag) == (key, 300_000, stored.etag)

    def test_an_empty_file_is_an_object(self, storage: Storage) -> None:
        self.put(storage, "v1/_manifest/empty", b"")

        assert self.content(storage, "v1/_manifest/empty") == b""

    def test_the_second_put_of_a_key_replaces_the_first(self, storage: Storage) -> None:
        self.put(storage, "a/one", b"first, and longer")
        self.put(storage, "a/one", b"second")

        assert self.content(storage, "a/one") == b"second"
        assert keys(storage.list("a")) == ["a/one"]

    def test_a_file_with_another_checksum_is_not_stored(self, storage: Storage) -> None:
        self.put(storage, "a/one", b"good")
        source = self.folder / "bad"
        source.write_bytes(b"bad")

        for key in ("a/one", "a/two"):
            with pytest.raises(ObjectDamaged) as refused:
                storage.put(key, source, sha256=hashlib.sha256(b"other").digest())
            assert refused.value.code == "U9032"

        assert self.content(storage, "a/one") == b"good"
        assert keys(storage.list("")) == ["a/one"]
        readable = [one for one in storage.versions("") if not one.is_marker]
        assert {self.content(storage, one.key, one.version) for one in readable} == {b"good"}

    def test_what_is_not_there_is_missing(self, storage: Storage) -> None:
        self.put(storage, "a/b/one", b"1")

        for key in ("a/b/two", "none", "a/b/one/more"):
            assert storage.stat(key) is None
            with pytest.raises(ObjectMissing):
                self.content(storage, key)
        assert storage.stat("a/b") is None
        with pytest.raises(ObjectMissing):
            self.content(storage, "a/b")
        assert list(storage.list("none")) == []
        assert list(storage.versions("none")) == []

    def test_objects_are_listed_in_the_order_of_their_keys(self, storage: Storage) -> None:
        wanted = ["a-b/1", "a.b/1", "a/1", "a/10", "a/2", "a/B/3", "a/b-c/1", "a/b.parquet", "a/b/1", "a=b/1", "b"]
        for key in reversed(wanted):
            self.put(storage, key, key.encode())

        assert keys(storage.list("")) == sorted(wanted)
        assert keys(storage.list("a")) == ["a/1", "a/10", "a/2", "a/B/3", "a/b-c/1", "a/b.parquet", "a/b/1"]
        assert keys(storage.list("a/b/")) == ["a/b/1"]

    def test_a_prefix_is_a_folder_and_not_the_beginning_of_another_tenant(self, storage: Storage) -> None:
        self.put(storage, "events/tenant=ac/1", b"1")
        self.put(storage, "events/tenant=acme/1", b"1")

        assert keys(storage.list("events/tenant=ac")) == ["events/tenant=ac/1"]
        assert set(keys(storage.versions("events/tenant=ac"))) == {"events/tenant=ac/1"}

    def test_what_was_deleted_is_gone_with_everything_there_was_of_it(self, storage: Storage) -> None:
        self.put(storage, "a/one", b"first")
        self.put(storage, "a/one", b"second")
        self.put(storage, "a/one.more", b"third")

        assert storage.delete("a/one") == []
        assert storage.delete("a/one") == []
        assert storage.delete("never/was") == []

        assert keys(storage.versions("")) == ["a/one.more"]
        assert storage.stat("a/one") is None

    def test_a_key_that_could_lead_elsewhere_is_refused(self, storage: Storage) -> None:
        wrong = ["", "/", "/a", "a/", "a//b", "..", "../a", "a/../b", "a/.", ".a", "a/.b"]
        wrong += ["a b", "a\\b", "ä", "a\n", "%2e", "a?b"]
        for key in wrong:
            for ask in (
                lambda key=key: self.put(storage, key, b"1"),
                lambda key=key: storage.read(key, self.folder / "target"),
                lambda key=key: storage.delete(key),
                lambda key=key: storage.stat(key),
            ):
                with pytest.raises(UsageError):
                    ask()

    def test_what_there_is_to_say_about_the_place_is_said_in_lines(self, storage: Storage) -> None:
        self.put(storage, "a/one", b"1")

        assert all(isinstance(line, str) and line for line in storage.check())
