"""Clients of AWS that are patient no longer than their callers: those try again themselves."""

from __future__ import annotations

import os
from typing import Any

from c360.aws.missing import needs
from c360.domain.errors import UsageError

_CONNECT_SECONDS, _READ_SECONDS = 5, 30


def client(service: str, *, region: str | None = None, connections: int = 10, read_seconds: int = _READ_SECONDS) -> Any:
    """A client of a service, with the credentials of the environment. Raises UsageError where the region is missing."""
    with needs("aws"):
        import boto3
        from botocore.config import Config
        from botocore.exceptions import NoRegionError
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"total_max_attempts": 1},
        max_pool_connections=connections,
    )
    try:
        # The library itself reads AWS_DEFAULT_REGION alone, and the profile.
        return boto3.client(service, region_name=region or os.environ.get("AWS_REGION"), config=config)
    except NoRegionError as error:
        raise UsageError(f"the region of {service} is not known", hint="Set AWS_REGION.") from error


def failures() -> tuple[type[Exception], ...]:
    """What a call raises that people or time can mend."""
    with needs("aws"):
        from botocore.exceptions import BotoCoreError, ClientError
    return BotoCoreError, ClientError
