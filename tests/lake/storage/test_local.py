from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from c360.domain.errors import UsageError
from c360.lake.storage import Storage, StorageRefused, open_storage
from lake.storage.contract import StorageContract, keys


class TestLocal(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Storage:
        return open_storage(f"file://{tmp_path}/lake", {})

    def test_the_address_is_said_as_it_was_given(self, storage: Storage, tmp_path: Path) -> None:
        assert storage.url == f"file://{tmp_path}/lake"

    def test_what_a_killed_process_left_behind_is_a_version_and_goes_with_the_object(
        self, storage: Storage, tmp_path: Path
    ) -> None:
        self.put(storage, "a/one", b"whole")
        left = tmp_path / "lake/a/.one.0123456789abcdef.part"
        left.write_bytes(b"hal")
        foreign = tmp_path / "lake/a/.one.crc"
        foreign.write_bytes(b"")

        assert keys(storage.list("")) == ["a/one"]
        versions = {one.version: one.size for one in storage.versions("")}
        assert versions == {None: 5, left.name: 3}
        assert self.content(storage, "a/one", left.name) == b"hal"

        storage.delete("a/one")

        assert not left.exists()
        assert foreign.exists()

    def test_a_put_clears_away_what_an_earlier_one_left(self, storage: Storage, tmp_path: Path) -> None:
        self.put(storage, "a/one", b"1")
        (tmp_path / "lake/a/.one.0123456789abcdef.part").write_bytes(b"hal")

        self.put(storage, "a/one", b"2")

        assert sorted(path.name for path in (tmp_path / "lake/a").iterdir()) == ["one"]

    def test_a_put_that_fails_leaves_what_was_there(
        self, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.put(storage, "a/one", b"before")

        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(StorageRefused, match="No space left"):
            self.put(storage, "a/one", b"after")
        monkeypatch.undo()

        assert self.content(storage, "a/one") == b"before"
        assert sorted(path.name for path in (tmp_path / "lake/a").iterdir()) == ["one"]

    def test_a_symbolic_link_leads_nowhere(self, storage: Storage, tmp_path: Path) -> None:
        self.put(storage, "a/one", b"1")
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "secret").write_bytes(b"secret")
        (tmp_path / "lake/b").symlink_to(outside)
        (tmp_path / "lake/a/two").symlink_to(outside / "secret")

        for key in ("b/secret", "a/two"):
            with pytest.raises(StorageRefused):
                self.content(storage, key)
            with pytest.raises(StorageRefused):
                self.put(storage, key, b"changed")
            with pytest.raises(StorageRefused):
                storage.delete(key)
        with pytest.raises(StorageRefused):
            list(storage.versions(""))
        assert (outside / "secret").read_bytes() == b"secret"

    def test_what_it_writes_is_not_for_everybody_on_the_machine(self, storage: Storage, tmp_path: Path) -> None:
        self.put(storage, "a/one", b"1")

        assert [(tmp_path / "lake" / path).stat().st_mode & 0o007 for path in ("", "a", "a/one")] == [0, 0, 0]
        assert not any("everybody" in line for line in storage.check())
        (tmp_path / "lake").chmod(0o755)
        assert any("everybody" in line for line in storage.check())

    def test_a_place_that_is_no_directory_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        storage = open_storage(f"file://{tmp_path}/file", {})

        with pytest.raises(StorageRefused):
            self.put(storage, "a", b"1")
        assert open_storage(f"file://{tmp_path}/none", {}).check()

    def test_two_puts_at_once_leave_one_whole_file(self, storage: Storage, tmp_path: Path, in_background) -> None:
        contents = [bytes([number]) * 2_000_000 for number in range(4)]

        def write(number: int) -> None:
            source = tmp_path / f"source{number}"
            source.write_bytes(contents[number])
            for _ in range(10):
                try:
                    storage.put("a/one", source, sha256=hashlib.sha256(contents[number]).digest())
                except StorageRefused:  # another one cleared its part away; the caller tries again
                    continue

        for running in [in_background(write, number) for number in range(4)]:
            running.result()

        assert self.content(storage, "a/one") in contents


@pytest.mark.parametrize(
    "url",
    [
        "",
        "lake",
        "/srv/lake",
        "file:///",
        "file://host/lake",
        "file:///srv/../etc",
        "file:///srv/%2e%2e/etc",
        "ftp://host/lake",
        "s3://key:secret@bucket/lake",
        "file:///srv/lake?x=1",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_storage(url, {})
    assert refused.value.hint


def test_an_option_that_a_directory_does_not_have_is_refused() -> None:
    with pytest.raises(UsageError, match="region"):
        open_storage("file:///srv/lake", {"region": "eu-central-1"})
