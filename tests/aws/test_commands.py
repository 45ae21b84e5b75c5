"""`c360 aws relay` and `consume` as processes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from support.aws_stub import running_stub
from support.topics import enable, sink_state

AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-west-1"}


@contextlib.contextmanager
def _running(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "c360_cli", "aws", *arguments],
        env={**os.environ, **AWS, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate()
        assert process.returncode == 0, said
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.mark.parametrize(
    ("sink", "to", "endpoint"),
    [
        ("firehose", "firehose:c360-{tenant}", "AWS_ENDPOINT_URL_FIREHOSE"),
        ("sns", "sns:arn:aws:sns:eu-west-1:123456789012:customers.fifo", "AWS_ENDPOINT_URL_SNS"),
    ],
)
def test_a_process_sends_what_is_enabled(database, connect, wait_until, sink, to, endpoint):
    session = connect(autocommit=True)
    for number in range(20):
        session.call(
            "c360._publish", "acme", "c360-updated-profiles", "profile.updated", f"k{number % 3}", {"n": number}
        )
    enable(session, sink)

    with (
        running_stub() as stub,
        _running("relay", "--to", to, "--dsn", database.dsn_as("c360_relay"), **{endpoint: stub.url}) as process,
    ):
        wait_until(lambda: process.poll() is not None or sink_state(session, sink)["waiting"] == 0)

    numbers = [json.loads(one.body)["data"]["n"] for one in stub.taken]
    assert sorted(numbers) == list(range(20))
    of_key = [[number for number in numbers if number % 3 == key] for key in range(3)]
    assert sink == "firehose" or all(some == sorted(some) for some in of_key)


def test_a_destination_that_is_none_is_wrong_usage():
    for arguments in (["relay", "--to", "kafka"], ["relay", "--to", "sns:here"], ["consume"]):
        ended = subprocess.run(
            [sys.executable, "-m", "c360_cli", "aws", *arguments, "--dsn", "postgresql:///none?host=/nowhere"],
            env={**os.environ, **AWS},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert ended.returncode == 2, ended.stderr
