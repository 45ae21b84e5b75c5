"""S3: the contract on a real store (SeaweedFS), locks and versions on moto, which plays Amazon's in the process."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from c360.domain.errors import UsageError
from c360.lake.storage import ObjectDamaged, ObjectMissing, Storage, StorageRefused, open_storage
from c360.lake.storage import s3 as s3_module
from lake.storage.contract import StorageContract, keys
from support.seaweed import Seaweed

_numbers = itertools.count(1)


class S3Contract(StorageContract):
    """What a store promises besides, if it speaks S3. Subclasses give `client`, `options` and `bucket`."""

    @pytest.fixture
    def storage(self, bucket: str, options: dict[str, str]) -> Storage:
        return open_storage(f"s3://{bucket}/some/lake", options)

    def test_objects_lie_below_the_prefix_and_say_their_checksum(
        self, storage: Storage, client: Any, bucket: str
    ) -> None:
        self.put(storage, "a/one", b"content")

        answer = client.head_object(Bucket=bucket, Key="some/lake/a/one", ChecksumMode="ENABLED")

        assert answer["Metadata"]["sha256"] == hashlib.sha256(b"content").hexdigest()
        client.put_object(Bucket=bucket, Key="some/lakeside", Body=b"of somebody else")
        client.put_object(Bucket=bucket, Key="some/lake/.hidden", Body=b"of somebody else")
        assert keys(storage.list("")) == ["a/one"]
        assert keys(storage.versions("")) == ["a/one"]

    def test_a_large_file_is_stored_in_parts_and_twice_alike(
        self, storage: Storage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(s3_module, "PART_BYTES", 5 << 20)
        content = os.urandom((12 << 20) + 17)

        first = self.put(storage, "a/large", content)
        second = self.put(storage, "a/large", content)

        assert self.content(storage, "a/large") == content
        assert first.etag == second.etag
        assert first.etag is not None
        assert first.etag.endswith("-3")
        found = storage.stat("a/large")
        assert found is not None
        assert (found.size, found.etag) == (len(content), first.etag)

    def test_parts_that_nobody_finished_are_listed_and_go_with_the_object(
        self, storage: Storage, client: Any, bucket: str
    ) -> None:
        for name in ("one", "one.more"):
            upload = client.create_multipart_upload(Bucket=bucket, Key=f"some/lake/a/{name}")["UploadId"]
            client.upload_part(
                Bucket=bucket, Key=f"some/lake/a/{name}", UploadId=upload, PartNumber=1, Body=b"1" * (5 << 20)
            )

        left = [one for one in storage.versions("") if one.key == "a/one"]
        assert [one.version is not None for one in left] == [True]
        with pytest.raises(StorageRefused, match="never finished"):
            self.content(storage, "a/one", left[0].version)
        assert keys(storage.list("")) == []

        storage.delete("a/one")

        assert keys(storage.versions("")) == ["a/one.more"]

    def test_a_part_that_fails_leaves_no_upload(self, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(s3_module, "PART_BYTES", 5 << 20)
        self.put(storage, "a/before", b"1")

        def fails(**request: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(storage._client, "complete_multipart_upload", fails)  # type: ignore[attr-defined]
        with pytest.raises(KeyboardInterrupt):
            self.put(storage, "a/large", b"1" * (6 << 20))

        assert keys(storage.versions("")) == ["a/before"]

    def test_old_versions_are_listed_read_and_deleted(self, storage: Storage, client: Any, bucket: str) -> None:
        self.put(storage, "a/one", b"before versioning")
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        self.put(storage, "a/one", b"second")
        self.put(storage, "a/one", b"third")
        client.delete_object(Bucket=bucket, Key="some/lake/a/one")
        self.put(storage, "a/two", b"other")

        there = [one for one in storage.versions("a") if one.key == "a/one"]

        assert sum(one.is_marker for one in there) == 1
        assert sorted(self.content(storage, "a/one", one.version) for one in there if not one.is_marker) == [
            b"before versioning",
            b"second",
            b"third",
        ]
        assert keys(storage.list("")) == ["a/two"]
        assert storage.stat("a/one") is None
        assert any("versions" in line for line in storage.check())

        assert storage.delete("a/one") == []

        assert keys(storage.versions("")) == ["a/two"]

    def test_of_two_writers_at_once_one_is_refused_where_it_is_asked_for(
        self, bucket: str, options: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        storage = open_storage(f"s3://{bucket}/some/lake", {**options, "conditional": "true"})
        self.put(storage, "a/one", b"first")
        self.put(storage, "a/one", b"second")
        for key in ("a/one", "a/two"):
            before = storage.stat(key)
            self.put(storage, key, b"by the other")
            with monkeypatch.context() as patch:
                patch.setattr(storage, "stat", lambda _key, before=before: before)
                with pytest.raises(StorageRefused, match="at the same time"):
                    self.put(storage, key, b"late")
            assert self.content(storage, key) == b"by the other"

    def test_a_bucket_that_is_not_there_is_said_and_nothing_is_found_missing(self, options: dict[str, str]) -> None:
        storage = open_storage("s3://no-such-bucket/lake", options)

        for ask in (storage.check, lambda: list(storage.list("")), lambda: list(storage.versions(""))):
            with pytest.raises(StorageRefused) as refused:
                ask()
            assert refused.value.detail == "NoSuchBucket"
        with pytest.raises(StorageRefused):
            self.put(storage, "a", b"1")


@pytest.mark.engines
class TestSeaweed(S3Contract):
    @pytest.fixture
    def client(self, seaweed: Seaweed) -> Any:
        return seaweed.client()

    @pytest.fixture
    def options(self, seaweed: Seaweed, environment: pytest.MonkeyPatch) -> dict[str, str]:
        for name, value in seaweed.environment.items():
            environment.setenv(name, value)
        return seaweed.options

    @pytest.fixture
    def bucket(self, client: Any) -> str:
        client.create_bucket(Bucket=(name := f"lake-{next(_numbers)}"))
        return name

    def test_the_store_compares_the_checksum_itself(self, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file that changes between being read for its checksum and being sent."""
        self.put(storage, "a/one", b"good")
        monkeypatch.setattr(s3_module, "_base64", lambda _digest: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")

        with pytest.raises(ObjectDamaged):
            self.put(storage, "a/one", b"bad")

        assert self.content(storage, "a/one") == b"good"

    def test_wrong_credentials_are_said_with_where_they_come_from(
        self, bucket: str, options: dict[str, str], environment: pytest.MonkeyPatch
    ) -> None:
        environment.setenv("AWS_SECRET_ACCESS_KEY", "wrong-and-secret")

        for ask in ("check", "put"):
            storage = open_storage(f"s3://{bucket}/lake", options)
            with pytest.raises(StorageRefused) as refused:
                storage.check() if ask == "check" else self.put(storage, "a", b"1")
            assert "environment" in str(refused.value.hint)
            assert "wrong-and-secret" not in str(refused.value)


class TestMoto(S3Contract):
    @pytest.fixture(autouse=True)
    def _amazon(self, environment: pytest.MonkeyPatch) -> Iterator[None]:
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        with mock_aws():
            yield

    @pytest.fixture
    def client(self) -> Any:
        return boto3.client("s3", region_name="us-east-1")

    @pytest.fixture
    def options(self) -> dict[str, str]:
        return {"region": "us-east-1"}

    @pytest.fixture
    def bucket(self, client: Any) -> str:
        client.create_bucket(Bucket="lake")
        return "lake"

    @pytest.fixture
    def locked(self, client: Any, options: dict[str, str]) -> Storage:
        client.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
        return open_storage("s3://locked/lake", options)

    def test_what_a_lock_keeps_is_answered_with_its_end(self, locked: Storage, client: Any) -> None:
        until = (datetime.now(UTC) + timedelta(days=30)).replace(microsecond=0)
        self.put(locked, "a/one", b"kept")
        client.put_object_retention(
            Bucket="locked", Key="lake/a/one", Retention={"Mode": "COMPLIANCE", "RetainUntilDate": until}
        )
        self.put(locked, "a/one", b"not kept")
        kept = client.head_object(Bucket="locked", Key="lake/a/one", VersionId=_oldest(client))["VersionId"]

        retained = locked.delete("a/one")

        assert [(one.key, one.version, one.until, one.reason) for one in retained] == [
            ("a/one", kept, until, "object lock (compliance)")
        ]
        left = [one for one in locked.versions("") if not one.is_marker]
        assert [one.version for one in left] == [kept]
        assert self.content(locked, "a/one", kept) == b"kept"

    def test_a_legal_hold_has_no_end(self, locked: Storage, client: Any) -> None:
        self.put(locked, "a/one", b"held")
        client.put_object_legal_hold(Bucket="locked", Key="lake/a/one", LegalHold={"Status": "ON"})

        assert [(one.until, one.reason) for one in locked.delete("a/one")] == [(None, "legal hold")]

    def test_a_lock_that_is_over_keeps_nothing(self, locked: Storage, client: Any) -> None:
        self.put(locked, "a/one", b"1")
        client.put_object_retention(
            Bucket="locked",
            Key="lake/a/one",
            Retention={"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC) - timedelta(days=1)},
        )

        assert locked.delete("a/one") == []
        assert keys(locked.versions("")) == []

    def test_the_doctor_hears_of_locks_versions_and_public_access(
        self, locked: Storage, storage: Storage, client: Any, bucket: str
    ) -> None:
        rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 90}}
        client.put_object_lock_configuration(
            Bucket="locked", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
        )

        said = "\n".join(locked.check())

        assert "90 days (governance)" in said
        assert "keeps versions" in said
        assert "public access" in said
        block = dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        )
        client.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
        assert storage.check() == []

    def test_encryption_is_asked_for_as_the_option_says(
        self, bucket: str, options: dict[str, str], client: Any
    ) -> None:
        self.put(open_storage(f"s3://{bucket}", {**options, "sse": "AES256"}), "a/one", b"1")
        self.put(open_storage(f"s3://{bucket}", {**options, "sse": "aws:kms", "kms_key": "alias/lake"}), "a/two", b"1")

        answers = [client.head_object(Bucket=bucket, Key=key) for key in ("a/one", "a/two")]
        assert [answer["ServerSideEncryption"] for answer in answers] == ["AES256", "aws:kms"]
        assert answers[1]["SSEKMSKeyId"] == "alias/lake"

    def test_a_bucket_may_be_a_lake_from_its_root(self, bucket: str, options: dict[str, str]) -> None:
        storage = open_storage(f"s3://{bucket}", options)
        self.put(storage, "a/one", b"1")

        assert storage.url == f"s3://{bucket}"
        assert keys(storage.list("")) == ["a/one"]


def _oldest(client: Any) -> str:
    versions = client.list_object_versions(Bucket="locked", Prefix="lake/a/one")["Versions"]
    return str(next(version["VersionId"] for version in versions if not version["IsLatest"]))


@pytest.mark.parametrize(
    "options",
    [
        {"endpoint": "minio:9000"},
        {"endpoint": "http://key:secret@minio:9000"},
        {"path_style": "yes"},
        {"sse": "rot13"},
        {"kms_key": "alias/lake"},
        {"access_key": "never here"},
    ],
)
def test_an_option_that_cannot_be_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        open_storage("s3://bucket/lake", options)


def test_a_store_that_does_not_answer_is_said(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("AWS_ACCESS_KEY_ID", "key")
    environment.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    storage = open_storage("s3://bucket/lake", {"endpoint": "http://127.0.0.1:9", "region": "us-east-1"})

    with pytest.raises(StorageRefused) as refused:
        storage.stat("a")

    assert refused.value.code == "U9030"


def test_without_credentials_the_hint_says_where_they_come_from(environment: pytest.MonkeyPatch) -> None:
    storage = open_storage("s3://bucket/lake", {"endpoint": "http://127.0.0.1:9", "region": "us-east-1"})

    with pytest.raises(StorageRefused, match="credentials") as refused:
        storage.read("a", Path("never"))

    assert not isinstance(refused.value, ObjectMissing)
    assert "AWS_ACCESS_KEY_ID" in str(refused.value.hint)
