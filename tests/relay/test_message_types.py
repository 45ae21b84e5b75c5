"""The list of message types is complete, and an example of each can be sent."""

from __future__ import annotations

import json
import re

import pytest

from c360.governance import sync_tenant
from c360.installer.sources import sql_root
from support.canaries import Canary
from support.command_line import clean_environment
from support.observations import resolve

# A literal that reads like a type, in a statement that writes messages.
_TYPE = re.compile(r"'((?:[a-z]+)\.[a-z]+(?:ed|d|t|n)?)'")
_BUILT = {"profile.": ("created", "updated", "merged", "split"), "segment.": ("entered", "left")}


@pytest.fixture
def c360(command_line, database, tmp_path, master_key):
    environment = clean_environment(C360_DSN=database.dsn, C360_DATA_DIR=str(tmp_path), C360_MASTER_KEY=master_key)

    def run(*arguments):
        return command_line.run(*arguments, cwd=tmp_path, environment=environment)

    return run


def written_types():
    """Types that the code writes into messages."""
    found = set()
    for path in [*sql_root().rglob("*.sql"), *sql_root().rglob("*.j2")]:
        text = "\n".join(line.partition("--")[0] for line in path.read_text(encoding="utf-8").splitlines())
        if "_message_body(" not in text and "_publish(" not in text:
            continue
        found |= set(_TYPE.findall(text))
        found |= {start + end for start, ends in _BUILT.items() if f"'{start}'" in text for end in ends}
    return found - {"webhook.test"}


def test_every_type_that_is_written_is_listed_with_its_topic(db):
    listed = set(db.column("SELECT type FROM c360.list_message_types()"))

    assert len(written_types()) > 8
    assert written_types() - listed == set()
    assert db.column("SELECT type FROM c360.list_message_types() GROUP BY type HAVING count(*) > 1") == []
    assert (
        db.value(
            "SELECT count(*) FROM c360.list_message_types() AS listed LEFT JOIN c360.topics USING (topic)"
            " WHERE topics.topic IS NULL"
        )
        == 0
    )


def test_what_happens_in_a_tenant_is_told_in_messages_of_the_list(session, subscribe):
    subscribe(topics=["c360-behavioral-events", "c360-updated-profiles"])
    for name in ("mai1", "lan2"):
        session.call("c360.ingest", "acme", Canary(name).events()[:2])
    resolve(session)
    session.call("c360.set_segment", "acme", "everybody", "true")
    with session.connection.transaction():
        sync_tenant(session.connection, "acme")
    session.call("c360.disable_subscription", "acme", "hooks")
    session.call("c360.erase_profile", "acme", "user_id", Canary("mai1").user_id, "asked for it")

    told = set(session.rows("SELECT DISTINCT topic, type FROM c360.messages"))

    assert len({type_ for _, type_ in told}) >= 5
    # What was about an erased person says so, in its place.
    known = set(session.rows("SELECT topic, type FROM c360.list_message_types()"))
    assert {(topic, type_) for topic, type_ in told if type_ != "profile.erased"} <= known


def test_an_example_of_every_type_arrives_signed_and_says_that_it_is_one(c360, session, subscribe, receiver):
    subscribe()
    listed = json.loads(c360("topic", "types", "--json").stdout)

    for known in listed:
        sent = c360("webhook", "example", "acme", "hooks", "--type", known["type"], "--allow-private")
        assert (sent.returncode, sent.stdout[:4]) == (0, "200 "), sent.stderr

    bodies = [request.body for request in receiver.received]
    assert [(body["type"], body["data"]) for body in bodies] == [(known["type"], known["example"]) for known in listed]
    assert all(body["example"] is True for body in bodies)
    assert receiver.refused == []
    assert session.value("SELECT count(*) FROM c360.deliveries") == 0


def test_an_example_of_a_type_that_is_none_is_refused_with_the_list(c360, subscribe, receiver):
    subscribe()

    refused = c360("webhook", "example", "acme", "hooks", "--type", "profile.*", "--allow-private")

    assert refused.returncode == 1
    assert refused.stderr.startswith("U5420")
    assert "profile.merged" in refused.stderr
    assert receiver.received == []
