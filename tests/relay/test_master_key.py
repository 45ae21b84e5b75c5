"""The master key is changed, or lost, and webhooks go on."""

from __future__ import annotations

import base64
import json
import secrets
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from c360.relay.held_secrets import rewrap_secrets, unreadable_secrets
from c360.relay.secrets import load_keyring
from c360.relay.webhooks import rotate_secret
from support.command_line import clean_environment

NEW_KEY = base64.b64encode(secrets.token_bytes(32)).decode()


def ring(*keys):
    return load_keyring(Path("/nowhere"), master_key=",".join(keys))


@pytest.fixture
def c360(command_line, database, tmp_path):
    def run(*arguments, master_key=NEW_KEY):
        key = {"C360_MASTER_KEY": master_key} if master_key else {}
        environment = clean_environment(C360_DSN=database.dsn, C360_DATA_DIR=str(tmp_path), **key)
        return command_line.run(*arguments, cwd=tmp_path, environment=environment)

    return run


def findings(done):
    return {(found["level"], found["subject"]) for found in json.loads(done.stdout) if "secret" in found["finding"]}


def test_secrets_are_encrypted_with_another_master_key_while_both_are_accepted(
    session, keyring, master_key, subscribe, publish, receiver, start_relay, c360
):
    subscribe("/one")
    subscribe("/two")
    rotate_secret(session.connection, keyring, "acme", "two", keep_old=timedelta(hours=1))
    before = start_relay(C360_MASTER_KEY=f"{NEW_KEY},{master_key}")
    publish(1)
    receiver.wait_for(1, "/one")

    dry = c360("webhook", "rewrap", "acme", "--dry-run", "--json", master_key=f"{NEW_KEY},{master_key}")
    untouched = set(session.column("SELECT DISTINCT key_id FROM c360.subscription_secrets"))
    done = c360("webhook", "rewrap", "--json", master_key=f"{NEW_KEY},{master_key}")
    again = c360("webhook", "rewrap", "--json", master_key=NEW_KEY)
    publish(2)
    receiver.wait_for(2, "/one")
    before.send_signal(signal.SIGTERM)
    before.wait()
    start_relay(C360_MASTER_KEY=NEW_KEY)
    publish(3)

    receiver.wait_for(3, "/one")
    receiver.wait_for(3, "/two")  # signed with its old secret too: the receiver knows that one
    assert receiver.refused == []
    assert untouched == {ring(master_key).current}
    assert (
        json.loads(dry.stdout) == json.loads(done.stdout) == {"acme": {"rewrapped": 3, "current": 0, "unreadable": []}}
    )
    assert json.loads(again.stdout) == {"acme": {"rewrapped": 0, "current": 3, "unreadable": []}}
    assert set(session.column("SELECT DISTINCT key_id FROM c360.subscription_secrets")) == {ring(NEW_KEY).current}


def test_credentials_are_encrypted_anew_too_and_named_when_nothing_opens_them(
    session, keyring, master_key, subscribe, c360
):
    subscribe()
    given = ("webhook", "set-rendering", "acme", "hooks", "--auth", "bearer:t-12345678")
    assert c360(*given, master_key=master_key).returncode == 0
    kept = "SELECT DISTINCT key_id FROM c360.subscription_credentials"

    lost = c360("doctor", "--json")
    done = c360("webhook", "rewrap", "acme", "--json", master_key=f"{NEW_KEY},{master_key}")

    assert "credentials are" in lost.stdout
    assert json.loads(done.stdout) == {"acme": {"rewrapped": 2, "current": 0, "unreadable": []}}
    assert session.column(kept) == [ring(NEW_KEY).current]
    assert rewrap_secrets(session.connection, ring(NEW_KEY), "acme").current == 2
    assert unreadable_secrets(session.connection, keyring, "acme") != []


def test_a_secret_that_was_rotated_meanwhile_is_left_alone(session, keyring, subscribe):
    made = subscribe()
    sealed = ring(NEW_KEY).seal("whsec_x", made.subscription_id, 1)
    values = (1, "another key", sealed.key_id, sealed.nonce, sealed.ciphertext)

    assert session.call("c360.rewrap_secret", "acme", "hooks", *values) is False
    assert unreadable_secrets(session.connection, keyring, "acme") == []


def test_after_the_loss_of_the_master_key_rotating_makes_a_new_secret_and_drops_the_old_signature(
    session, subscribe, publish, receiver, start_relay, c360
):
    subscribe()
    publish(1)
    lost = c360("doctor", "--json")
    refused = c360("webhook", "rewrap", "acme")

    rotated = c360("webhook", "rotate", "acme", "hooks", "--json")
    receiver.secrets["/hooks"] = json.loads(rotated.stdout)["secret"]
    healed = c360("doctor", "--json")
    start_relay(C360_MASTER_KEY=NEW_KEY)

    (request,) = receiver.wait_for(1)
    assert findings(lost) == {("error", "webhook hooks of tenant acme")}
    assert (refused.returncode, "rotate" in refused.stderr) == (1, True)
    assert findings(healed) == set()
    assert len(request.signature.split()) == 1
    assert receiver.refused == []
    assert session.column("SELECT version FROM c360.subscription_secrets") == [2]


def test_an_older_secret_that_is_lost_goes_and_one_that_is_not_stays(session, master_key, subscribe):
    subscribe()
    connection = session.connection
    both = ring(NEW_KEY, master_key)
    rotate_secret(connection, both, "acme", "hooks", keep_old=timedelta(hours=1))  # version 2, with the new key

    rotate_secret(connection, ring(NEW_KEY), "acme", "hooks", keep_old=timedelta(hours=1))

    assert session.column("SELECT version FROM c360.subscription_secrets ORDER BY version") == [2, 3]
    assert unreadable_secrets(connection, ring(NEW_KEY), "acme") == []
    assert rewrap_secrets(connection, ring(NEW_KEY), "acme").current == 2


def test_where_there_is_no_master_key_any_more_a_new_one_is_made_when_asked_for(subscribe, c360, tmp_path):
    subscribe()

    without = c360("webhook", "rotate", "acme", "hooks", master_key=None)
    rehearsed = c360("webhook", "rotate", "acme", "hooks", "--make-master-key", "--dry-run", master_key=None)
    made = c360("webhook", "rotate", "acme", "hooks", "--make-master-key", master_key=None)

    assert (without.returncode, "--make-master-key" in without.stderr) == (2, True)
    assert rehearsed.returncode == 2
    assert made.returncode == 0
    assert made.stdout.startswith("whsec_")
    assert (tmp_path / "master.key").exists()


def test_the_newest_secret_cannot_be_taken_out_of_use(session, subscribe):
    subscribe()

    assert session.call("c360.retire_secrets", "acme", "hooks", [1, 2, 3]) == 0
    assert session.column("SELECT version FROM c360.subscription_secrets") == [1]
