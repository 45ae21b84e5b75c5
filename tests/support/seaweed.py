"""SeaweedFS as an object store: one process on loopback with ports of its own, its data are thrown away."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from support.ports import free_port
from support.waiting import wait_until

WEED = Path(sys.executable).with_name("weed")
ACCESS_KEY, SECRET_KEY = "lake", "secret-of-the-lake"
REGION = "us-east-1"


@dataclass(frozen=True)
class Seaweed:
    """A running store. `environment` is what a process that uses it needs."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def options(self) -> dict[str, str]:
        """The options of a lake on it."""
        return {"endpoint": self.endpoint, "region": REGION, "path_style": "true"}

    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )


def is_there() -> bool:
    return WEED.exists()


@contextlib.contextmanager
def running_seaweed(folder: Path) -> Iterator[Seaweed]:
    """Starts the server and waits until it keeps an object; stops it and removes its data afterwards."""
    folder.mkdir(parents=True)
    identity = {
        "name": "lake",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [identity]}))
    ports = {
        name: free_port()
        for name in (
            "master.port",
            "master.port.grpc",
            "volume.port",
            "volume.port.grpc",
            "filer.port",
            "filer.port.grpc",
            "s3.port",
            "s3.port.grpc",
        )
    }
    seaweed = Seaweed(f"http://127.0.0.1:{ports['s3.port']}")
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                WEED,
                "server",
                "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1",
                f"-dir={folder}",
                "-master.volumeSizeLimitMB=128",
                "-volume.max=200",
                "-filer",
                "-s3",
                "-s3.autoCreateBucket=false",
                "-master.telemetry=false",
                "-s3.ip.bind=127.0.0.1",
                f"-s3.config={config}",
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
                "-s3.cacheCapacityMB=0",
                "-s3.readerCacheSizeMB=16",
                *(f"-{name}={port}" for name, port in ports.items()),
            ],
            cwd=folder,
            # One volume for a bucket, not seven.
            env={"HOME": str(folder), "GOMEMLIMIT": "400MiB", "WEED_MASTER_VOLUME_GROWTH_COPY_1": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        client = seaweed.client()

        def keeps_an_object() -> bool:
            assert process.poll() is None, log.read_text()[-4000:]
            try:
                client.create_bucket(Bucket="first")
                client.put_object(Bucket="first", Key="one", Body=b"1")
            except (BotoCoreError, ClientError):
                return False
            return True

        wait_until(keeps_an_object, timeout=60)
        yield seaweed
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
