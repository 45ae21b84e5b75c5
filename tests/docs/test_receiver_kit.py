"""The receivers of the documentation, run as they are written there: they take what is signed, once."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from c360.relay.signature import headers, key_of, new_secret
from support.documentation import ROOT
from support.ports import free_port
from support.waiting import wait_until

PAGE = (ROOT / "docs" / "how-to" / "receiver-kit.md").read_text(encoding="utf-8")
BODY = b'{"type":"profile.updated","timestamp":"2026-11-24T10:02:00Z","tenant":"acme","data":{"name":"M\xc6\xa1"}}'
SECRET = new_secret()


def program(language):
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return found


@pytest.fixture(params=["python", "js"])
def post(request, tmp_path):
    """post(headers, body): the status of the answer of a receiver that runs in tmp_path."""
    command, name = {"python": ([sys.executable], "receiver.py"), "js": (["node"], "receiver.mjs")}[request.param]
    if shutil.which(command[0]) is None:
        pytest.skip("needs Node")
    (tmp_path / name).write_text(program(request.param), encoding="utf-8")
    port = free_port()
    environment = {**os.environ, "WEBHOOK_SECRET": SECRET, "PORT": str(port)}
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen([*command, name], cwd=tmp_path, env=environment, stdout=log, stderr=log)

    def send(given, body=BODY):
        sent = urllib.request.Request(f"http://127.0.0.1:{port}/", body, given, method="POST")
        try:
            with urllib.request.urlopen(sent, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    try:
        wait_until(lambda: send({}) is not None)
        yield send
    finally:
        running.kill()
        running.wait()


def signed(message_id="m-1", at=None, secret=SECRET):
    return headers([key_of(secret)], message_id, int(at or time.time()), BODY)


def received(tmp_path):
    if (tmp_path / "received.db").exists():
        with sqlite3.connect(tmp_path / "received.db") as db:
            return [row[0] for row in db.execute("SELECT webhook_id FROM received ORDER BY 1")]
    return sorted(path.name for path in (tmp_path / "received").iterdir())


def test_a_receiver_takes_each_signed_message_once(post, tmp_path):
    both = signed("m-2")["webhook-signature"] + " " + signed("m-2", secret=new_secret())["webhook-signature"]

    assert [post(signed()) for _ in range(3)] == [204, 204, 204]
    assert post({**signed("m-2"), "webhook-signature": both}) == 204
    assert received(tmp_path) == ["m-1", "m-2"]


def test_a_receiver_refuses_what_is_not_signed_changed_or_old(post, tmp_path):
    assert post({}) == 401
    assert post(signed(secret=new_secret())) == 401
    assert post(signed(), BODY.replace(b"updated", b"changed")) == 401
    assert post({**signed(), "webhook-id": "m-3"}) == 401
    post(signed(at=time.time() - 3_600))
    assert received(tmp_path) == []
