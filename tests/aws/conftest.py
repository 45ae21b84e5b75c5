"""The gateway as a Lambda function, over a real database."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from c360.aws.gateway import LambdaGateway
from c360.settings import Settings
from gateway.conftest import make_key

__all__ = ["function", "make_key"]


@pytest.fixture
def function(database) -> Iterator[LambdaGateway]:
    with contextlib.closing(LambdaGateway(Settings(dsn=database.dsn_as("c360_gateway")))) as made:
        yield made
