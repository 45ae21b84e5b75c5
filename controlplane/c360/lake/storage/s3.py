"""A lake on S3, or on a store that speaks like it: MinIO, SeaweedFS, Ceph, R2.

Every byte is sent with its SHA-256, which the store compares before it keeps anything: a file in one request up to
64 MB, a larger one in parts of 64 MB with a checksum each and one of them all. The parts of a file are cut alike each
time, so that writing it again makes the same object.

With versioning on, a delete hides: `delete()` removes every version, marker and unfinished upload, `versions()` lists
them. What object lock keeps is answered, never forced.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from c360.domain.errors import UsageError
from c360.lake.storage import (
    ObjectDamaged,
    ObjectMissing,
    Retained,
    StorageRefused,
    Stored,
    check_options,
    checked_key,
    checked_prefix,
    is_key,
)

OPTIONS = {"conditional", "endpoint", "kms_key", "path_style", "region", "sse"}
PART_BYTES = 64 << 20
_UPLOAD = "upload:"  # how a version that is an unfinished upload is named
_MISSING = {"404", "NoSuchKey", "NoSuchVersion", "NoSuchUpload"}
_DAMAGED = {"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"}
_CREDENTIALS = (
    "Credentials come from the environment of the process: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or"
    " the role of the machine. What the role needs is in docs/how-to/lake-storage-and-iceberg.md."
)


class S3Storage:
    """Objects below a prefix of a bucket."""

    def __init__(self, bucket: str, prefix: str, options: Mapping[str, str]) -> None:
        check_options(options, OPTIONS)
        self._bucket = bucket
        self._root = checked_prefix(prefix.strip("/"))
        self._options = dict(options)
        self._is_conditional = _switch(options, "conditional")
        self._is_path_style = _switch(options, "path_style")
        self._endpoint = _checked_endpoint(options.get("endpoint"))
        self._encryption = _encryption(options)
        self.url = f"s3://{bucket}/{self._root}".rstrip("/")
        try:
            import boto3
            import botocore.exceptions as botocore
            from botocore.config import Config
        except ImportError as error:
            raise UsageError(
                "a lake on S3 needs boto3, which is not installed", hint="pip install 'c360[lake-s3]'"
            ) from error
        self._boto3, self._botocore, self._config = boto3, botocore, Config

    @cached_property
    def _client(self) -> Any:
        with self._refusals(""):
            return self._boto3.Session().client(
                "s3",
                endpoint_url=self._endpoint,
                region_name=self._options.get("region"),
                config=self._config(
                    connect_timeout=10,
                    read_timeout=60,
                    retries={"mode": "standard", "total_max_attempts": 5},
                    s3={"addressing_style": "path" if self._is_path_style else "auto"},
                    # Trailing checksums of newer clients are unknown to some stores; what is sent here has its own.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_supported",
                ),
            )

    def put(self, key: str, source: Path, *, sha256: bytes) -> Stored:
        self._name(key)
        with self._refusals(key), source.open("rb") as file:
            if hashlib.file_digest(file, "sha256").digest() != sha256:
                raise ObjectDamaged(self.url, key)
            size = file.seek(0, 2)
            file.seek(0)
            if size <= PART_BYTES:
                answer = self._client.put_object(
                    **self._object(key),
                    **self._condition(key),
                    **self._encryption,
                    Body=file,
                    ChecksumSHA256=_base64(sha256),
                    Metadata={"sha256": sha256.hex()},
                )
            else:
                answer = self._put_in_parts(key, file, sha256)
        return Stored(key, size, _etag(answer), datetime.now(UTC))

    def _put_in_parts(self, key: str, file: BinaryIO, sha256: bytes) -> Any:
        condition = self._condition(key)
        upload = self._client.create_multipart_upload(
            **self._object(key), **self._encryption, ChecksumAlgorithm="SHA256", Metadata={"sha256": sha256.hex()}
        )
        whole = {**self._object(key), "UploadId": upload["UploadId"]}
        try:
            parts: list[dict[str, Any]] = []
            digests = b""
            while part := file.read(PART_BYTES):
                digest = hashlib.sha256(part).digest()
                number = len(parts) + 1
                answer = self._client.upload_part(**whole, PartNumber=number, Body=part, ChecksumSHA256=_base64(digest))
                parts.append({"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": _base64(digest)})
                digests += digest
            return self._client.complete_multipart_upload(
                **whole,
                **condition,
                MultipartUpload={"Parts": parts},
                ChecksumSHA256=f"{_base64(hashlib.sha256(digests).digest())}-{len(parts)}",
            )
        except BaseException:
            with contextlib.suppress(self._botocore.ClientError, self._botocore.BotoCoreError):
                self._client.abort_multipart_upload(**whole)
            raise

    def read(self, key: str, target: Path, *, version: str | None = None) -> None:
        self._name(key)
        if version is not None and version.startswith(_UPLOAD):
            raise StorageRefused(
                f"{key} at {self.url} is an upload that was never finished, which nobody can read",
                hint="Deleting the object removes it.",
            )
        which = {} if version is None else {"VersionId": version}
        with self._refusals(key):
            answer = self._client.get_object(**self._object(key), **which, ChecksumMode="ENABLED")
            try:
                with contextlib.closing(answer["Body"]) as body, target.open("wb") as file:
                    shutil.copyfileobj(body, file, 1 << 20)
            except BaseException:
                target.unlink(missing_ok=True)
                raise

    def stat(self, key: str) -> Stored | None:
        self._name(key)
        try:
            with self._refusals(key):
                answer = self._client.head_object(**self._object(key))
        except ObjectMissing:
            return None
        return Stored(key, answer["ContentLength"], _etag(answer), answer["LastModified"])

    def list(self, prefix: str) -> Iterator[Stored]:
        found = (
            Stored(key, entry["Size"], _etag(entry), entry["LastModified"])
            for key, entry in self._entries("list_objects_v2", ("Contents",), self._folder(prefix))
        )
        # Not every store lists in the order of bytes, as S3 does.
        yield from sorted(found, key=lambda stored: stored.key)

    def versions(self, prefix: str) -> Iterator[Stored]:
        return self._versions(self._folder(prefix))

    def delete(self, key: str) -> Sequence[Retained]:
        retained = []
        for stored in [stored for stored in self._versions(self._name(key)) if stored.key == key]:
            version = stored.version or "null"
            with self._refusals(key):
                if version.startswith(_UPLOAD):
                    self._client.abort_multipart_upload(**self._object(key), UploadId=version.removeprefix(_UPLOAD))
                    continue
                try:
                    self._client.delete_object(**self._object(key), VersionId=version)
                except self._botocore.ClientError as error:
                    kept = self._retained(key, version)
                    if kept is None:
                        raise
                    if _code(error) not in ("AccessDenied", "InvalidRequest", "ObjectLocked", "403"):
                        raise
                    retained.append(kept)
        return retained

    def check(self) -> Sequence[str]:
        said = [f"{self._endpoint} is not encrypted on its way"] if self._is_in_the_clear() else []
        versioning = self._asked("get_bucket_versioning", {}).get("Status")
        if versioning == "Enabled":
            said.append(
                f"bucket {self._bucket} keeps versions: whoever deletes past c360 leaves the data there;"
                " give it a lifecycle rule for noncurrent versions"
            )
        lock = self._asked("get_object_lock_configuration", {}).get("ObjectLockConfiguration", {})
        if rule := lock.get("Rule", {}).get("DefaultRetention"):
            length = f"{rule['Days']} days" if "Days" in rule else f"{rule.get('Years')} years"
            said.append(
                f"bucket {self._bucket} locks every object for {length} ({rule['Mode'].lower()}):"
                " what is erased stays there until then"
            )
        blocked = self._asked("get_public_access_block", None)
        settings = blocked.get("PublicAccessBlockConfiguration", {}) if blocked is not None else {}
        if self._endpoint is None and not (settings and all(settings.values())):
            said.append(f"bucket {self._bucket} does not block all public access")
        if self._asked("get_bucket_policy_status", {}).get("PolicyStatus", {}).get("IsPublic"):
            said.append(f"bucket {self._bucket} is public by its policy")
        return said

    def _asked(self, question: str, otherwise: Any) -> Any:
        """What a bucket is set to, or the other value where nothing is set or the store does not know the question."""
        try:
            return getattr(self._client, question)(Bucket=self._bucket)
        except self._botocore.ClientError as error:
            if _code(error) in ("NoSuchBucket", "AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch"):
                with self._refusals(""):
                    raise
            return otherwise
        except self._botocore.BotoCoreError:
            with self._refusals(""):
                raise

    def _is_in_the_clear(self) -> bool:
        address = urlsplit(self._endpoint or "https:")
        return address.scheme == "http" and address.hostname not in ("127.0.0.1", "::1", "localhost")

    def _name(self, key: str) -> str:
        return f"{self._root}{checked_key(key)}"

    def _object(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._name(key)}

    def _condition(self, key: str) -> dict[str, str]:
        """That nobody else writes the object between a look at it and now, where the lake asks for it."""
        if not self._is_conditional:
            return {}
        there = self.stat(key)
        return {"IfNoneMatch": "*"} if there is None else {"IfMatch": f'"{there.etag}"'}

    def _folder(self, prefix: str) -> str:
        return f"{self._root}{checked_prefix(prefix)}"

    def _versions(self, beginning: str) -> Iterator[Stored]:
        for key, entry in self._entries("list_object_versions", ("Versions", "DeleteMarkers"), beginning):
            is_marker = "Size" not in entry
            is_plain = entry["VersionId"] == "null" and entry.get("IsLatest", True) and not is_marker
            yield Stored(
                key,
                entry.get("Size", 0),
                _etag(entry),
                entry["LastModified"],
                version=None if is_plain else entry["VersionId"],
                is_marker=is_marker,
            )
        for key, entry in self._entries("list_multipart_uploads", ("Uploads",), beginning):
            yield Stored(key, 0, None, entry.get("Initiated"), version=f"{_UPLOAD}{entry['UploadId']}")

    def _entries(self, question: str, lists: Sequence[str], beginning: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Keys and what the store says of them, of everything whose whole key begins so."""
        with self._refusals(""):
            for page in self._client.get_paginator(question).paginate(Bucket=self._bucket, Prefix=beginning):
                for entry in (entry for name in lists for entry in page.get(name, ())):
                    if entry["Key"].startswith(beginning) and is_key(key := entry["Key"].removeprefix(self._root)):
                        yield key, entry

    def _retained(self, key: str, version: str) -> Retained | None:
        """Why the store keeps a version, if a lock is the reason."""
        try:
            about = self._client.head_object(**self._object(key), VersionId=version)
        except self._botocore.ClientError:
            return None
        until = about.get("ObjectLockRetainUntilDate")
        if about.get("ObjectLockLegalHoldStatus") == "ON":
            return Retained(key, version, None, "legal hold")
        if until is not None and until > datetime.now(UTC):
            return Retained(key, version, until, f"object lock ({about['ObjectLockMode'].lower()})")
        return None

    @contextlib.contextmanager
    def _refusals(self, key: str) -> Iterator[None]:
        try:
            yield
        except self._botocore.ClientError as error:
            code = _code(error)
            if code in _MISSING and key:
                raise ObjectMissing(self.url, key) from error
            if code in _DAMAGED:
                raise ObjectDamaged(self.url, key) from error
            if code in ("412", "PreconditionFailed", "ConditionalRequestConflict"):
                raise StorageRefused(
                    f"somebody else wrote {key} at {self.url} at the same time",
                    detail=code,
                    hint="Two exporters run on one lake: end one of them.",
                ) from error
            message = error.response.get("Error", {}).get("Message") or code
            raise StorageRefused(f"{self.url} refuses: {message}", detail=code, hint=_CREDENTIALS) from error
        except self._botocore.FlexibleChecksumError as error:
            raise ObjectDamaged(self.url, key) from error
        except (self._botocore.BotoCoreError, self._botocore.HTTPClientError) as error:
            raise StorageRefused(
                f"{self.url} cannot be asked: {error}", detail=error.__class__.__name__, hint=_CREDENTIALS
            ) from error
        except OSError as error:
            raise StorageRefused(f"{key or self.url}: {error}", detail=error.__class__.__name__) from error


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _etag(answer: Mapping[str, Any]) -> str | None:
    etag = answer.get("ETag")
    return None if etag is None else str(etag).strip('"')


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _switch(options: Mapping[str, str], name: str) -> bool:
    value = options.get(name, "false").lower()
    if value not in ("true", "false"):
        raise UsageError(f"{name} is true or false, not {value!r}")
    return value == "true"


def _checked_endpoint(endpoint: str | None) -> str | None:
    if endpoint is None:
        return None
    address = urlsplit(endpoint)
    if address.scheme not in ("http", "https") or not address.hostname or "@" in address.netloc or address.query:
        raise UsageError(f"{endpoint!r} is no endpoint", hint="Write it as https://minio.example:9000.")
    return endpoint


def _encryption(options: Mapping[str, str]) -> dict[str, str]:
    """How the store is asked to encrypt what it keeps; without the option it does as the bucket is set."""
    sse, key = options.get("sse"), options.get("kms_key")
    if sse not in (None, "AES256", "aws:kms", "aws:kms:dsse") or (key and sse in (None, "AES256")):
        raise UsageError("sse is AES256, aws:kms or aws:kms:dsse, and kms_key goes with the last two")
    asked = {} if sse is None else {"ServerSideEncryption": sse}
    return asked | ({} if key is None else {"SSEKMSKeyId": key})
