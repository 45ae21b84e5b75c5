"""What c360 signs verifies with the libraries receivers use, for Python and for Node."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from c360.relay.signature import headers, key_of, new_secret
from clients.conftest import HERE, MODULES, NODE, needs_node

SECRET, OTHER = new_secret(), new_secret()
BODY = json.dumps(
    {"type": "profile.updated", "data": {"name": "Nguyễn Thị Lan \N{SLIGHTLY SMILING FACE}"}}, ensure_ascii=False
)


def signed(*secrets: str, body: str = BODY, at: int | None = None) -> dict[str, str]:
    return headers([key_of(secret) for secret in secrets], "msg_1", at or int(time.time()), body.encode())


def with_python(secret: str, sent: dict[str, str], body: str) -> bool:
    try:
        Webhook(secret).verify(body, sent)
    except WebhookVerificationError:
        return False
    return True


def with_node(secret: str, sent: dict[str, str], body: str) -> bool:
    needs_node()
    if not (MODULES / "standardwebhooks").exists():
        pytest.skip('npm has not installed standardwebhooks: run "make test"')
    done = subprocess.run(
        [str(NODE), str(HERE / "verify_signatures.mjs")],
        input=json.dumps([{"secret": secret, "headers": sent, "body": body}]),
        capture_output=True,
        text=True,
        check=True,
    )
    return bool(json.loads(done.stdout)[0])


@pytest.mark.parametrize("verifies", [with_python, with_node])
def test_receivers_verify_what_was_signed_and_nothing_else(verifies: Callable[..., bool]) -> None:
    now = int(time.time())
    cases: list[tuple[Any, ...]] = [
        (True, SECRET, signed(SECRET), BODY),
        (True, SECRET, signed(OTHER, SECRET), BODY),
        (True, OTHER, signed(OTHER, SECRET), BODY),
        (True, SECRET, signed(SECRET, at=now - 240), BODY),
        (False, SECRET, signed(OTHER), BODY),
        (False, SECRET, signed(SECRET), BODY + " "),
        (False, SECRET, {**signed(SECRET), "webhook-id": "msg_2"}, BODY),
        (False, SECRET, signed(SECRET, at=now - 3600), BODY),
        (False, SECRET, signed(SECRET, at=now + 3600), BODY),
    ]

    assert [verifies(*case[1:]) for case in cases] == [case[0] for case in cases]
