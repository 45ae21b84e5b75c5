"""HDFS: the contract on a real cluster of one name node and one data node."""

from __future__ import annotations

import itertools
import os
from typing import Any

import pytest

from c360.domain.errors import UsageError
from c360.lake.storage import ObjectDamaged, Storage, StorageRefused, open_storage
from lake.storage.contract import StorageContract, keys
from support.hdfs import Hdfs
from support.ports import free_port

_numbers = itertools.count(1)


@pytest.mark.engines
class TestHdfs(StorageContract):
    @pytest.fixture
    def root(self) -> str:
        return f"/lakes/number-{next(_numbers)}"

    @pytest.fixture
    def storage(self, hdfs: Hdfs, root: str) -> Storage:
        return open_storage(f"{hdfs.url}{root}", {"user": "lake"})

    def test_a_file_of_several_blocks_comes_back_as_it_was(self, storage: Storage) -> None:
        content = os.urandom(1 << 20) * 140

        assert self.put(storage, "a/large", content).size == 140 << 20
        assert self.content(storage, "a/large") == content

    def test_what_a_killed_process_left_behind_is_a_version_and_goes_with_the_object(
        self, storage: Any, root: str
    ) -> None:
        self.put(storage, "a/one", b"whole")
        source = self.folder / "left"
        source.write_bytes(b"hal")
        for name in (".one.0123456789abcdef.part", ".one.more.0123456789abcdef.part", "_SUCCESS", ".other"):
            storage._write(f"{root}/a/{name}", source)

        assert keys(storage.list("")) == ["a/_SUCCESS", "a/one"]
        assert {(one.key, one.version) for one in storage.versions("")} == {
            ("a/_SUCCESS", None),
            ("a/one", None),
            ("a/one", ".one.0123456789abcdef.part"),
            ("a/one.more", ".one.more.0123456789abcdef.part"),
        }
        assert self.content(storage, "a/one", ".one.0123456789abcdef.part") == b"hal"

        storage.delete("a/one")

        assert keys(storage.versions("")) == ["a/_SUCCESS", "a/one.more"]
        self.put(storage, "a/one.more", b"whole")
        assert [one.version for one in storage.versions("") if one.key == "a/one.more"] == [None]

    def test_what_arrives_otherwise_than_it_was_sent_never_gets_its_name(
        self, storage: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.put(storage, "a/one", b"good")
        write = storage._write

        def damages(path: str, source: Any) -> None:
            source.write_bytes(b"baD!")
            write(path, source)

        monkeypatch.setattr(storage, "_write", damages)
        with pytest.raises(ObjectDamaged):
            self.put(storage, "a/one", b"bad!")

        assert self.content(storage, "a/one") == b"good"
        assert keys(storage.versions("")) == ["a/one"]

    def test_what_a_snapshot_keeps_is_listed_read_and_answered(self, storage: Storage, hdfs: Hdfs, root: str) -> None:
        self.put(storage, "a/b/one", b"first")
        self.put(storage, "a/c/two", b"other")
        hdfs.ask("PUT", f"{root}/a", op="ALLOWSNAPSHOT")
        hdfs.ask("PUT", f"{root}/a", op="CREATESNAPSHOT", snapshotname="monday")
        self.put(storage, "a/b/one", b"second")

        snapshot = f"{root}/a/.snapshot/monday"
        assert [(one.key, one.version) for one in storage.versions("")] == [
            ("a/b/one", None),
            ("a/c/two", None),
            ("a/b/one", snapshot),
            ("a/c/two", snapshot),
        ]
        assert keys(storage.versions("a/b")) == ["a/b/one", "a/b/one"]
        assert self.content(storage, "a/b/one", snapshot) == b"first"
        assert any(snapshot in line for line in storage.check())

        retained = storage.delete("a/b/one")

        assert [(one.key, one.version, one.until) for one in retained] == [("a/b/one", snapshot, None)]
        assert [(one.key, one.version) for one in storage.versions("a/b")] == [("a/b/one", snapshot)]
        hdfs.ask("DELETE", f"{root}/a", op="DELETESNAPSHOT", snapshotname="monday")
        assert storage.delete("a/b/one") == []
        assert keys(storage.versions("")) == ["a/c/two"]

    def test_a_user_without_rights_is_refused(self, storage: Storage, hdfs: Hdfs, root: str) -> None:
        self.put(storage, "a/one", b"1")
        other = open_storage(f"{hdfs.url}{root}", {"user": "mallory"})

        for ask in (
            lambda: self.content(other, "a/one"),
            lambda: self.put(other, "a/one", b"2"),
            lambda: other.delete("a/one"),
            lambda: list(other.versions("")),
        ):
            with pytest.raises(StorageRefused) as refused:
                ask()
            assert refused.value.detail == "AccessControlException"
        assert self.content(storage, "a/one") == b"1"


def test_a_cluster_that_does_not_answer_is_said() -> None:
    storage = open_storage(f"webhdfs://127.0.0.1:{free_port()}/lake", {})

    with pytest.raises(StorageRefused) as refused:
        storage.stat("a")

    assert refused.value.code == "U9030"


@pytest.mark.parametrize("url", ["webhdfs:///lake", "webhdfs://host/lake", "webhdfs://user@host:9870/lake"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        open_storage(url, {})


def test_an_option_that_it_does_not_have_is_refused() -> None:
    with pytest.raises(UsageError, match="password"):
        open_storage("webhdfs://host:9870/lake", {"password": "never here"})
