"""`c360 topic`: consumers as a person and a program meet them."""

from __future__ import annotations

import json

import pytest

TOPIC = "c360-updated-profiles"


@pytest.fixture
def run(c360, database):
    def command(*arguments):
        return c360("topic", *arguments, "--dsn", database.dsn)

    return command


@pytest.fixture
def publish(connect):
    session = connect(autocommit=True)

    def write(*numbers):
        for n in numbers:
            session.call("c360._publish", "acme", TOPIC, "profile.updated", f"k{n}", {"n": n})
        while session.call("c360.fan_out")[1]:
            pass
        while session.call("c360.backfill_deliveries"):
            pass

    return write


def read(run, *options):
    done = run("read", "acme", TOPIC, "crm", "--json", *options)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def numbers(rows):
    return [row["body"]["data"]["n"] for row in rows]


def test_from_a_consumer_to_its_messages_and_again(run, publish):
    publish(1)
    planned = run("add-consumer", "acme", TOPIC, "crm", "--since", "beginning", "--dry-run")
    made = run("add-consumer", "acme", TOPIC, "crm", "--since", "beginning")
    again = run("add-consumer", "acme", TOPIC, "crm")
    publish(2, 3)

    first = read(run, "-n", "2")
    whole = read(run, "-n", "2", "--as-sent")
    taken = read(run, "-n", "1", "--commit")
    [lag] = json.loads(run("lag", "acme", "--json").stdout)
    committed = run("commit", "acme", TOPIC, "crm", str(first[1]["position"]))
    [listed] = json.loads(run("consumers", "acme", TOPIC, "--json").stdout)

    assert planned.stdout.strip() == (
        f"SELECT tenant_acme.create_topic_consumer('{TOPIC}', 'crm', '-infinity'::timestamptz);"
    )
    assert made.returncode == 0, made.stderr
    assert "already" in again.stderr
    assert numbers(first) == [1, 2]
    assert whole == first
    assert numbers(taken) == [1]
    assert (lag["waiting"], lag["consumer"]) == (2, "crm")
    assert committed.returncode == 0, committed.stderr
    assert (listed["position"], listed["waiting"], listed["lost_count"]) == (first[1]["position"], 1, 0)
    assert "crm" in run("consumers", "acme").stdout
    assert "seconds behind" in run("lag", "acme").stdout
    assert "profile.updated" in run("read", "acme", TOPIC, "crm").stdout


def test_a_replay_is_shown_then_done_and_leaves_out_only_what_was_confirmed(run, publish):
    run("add-consumer", "acme", TOPIC, "crm", "--since", "beginning")
    publish(1, 2, 3)
    rows = read(run, "--commit")

    shown = run("replay", "acme", TOPIC, "crm", "--since", "beginning", "--dry-run", "--json")
    assert read(run) == []
    run("replay", "acme", TOPIC, "crm", "--position", str(rows[1]["position"]))
    back = numbers(read(run))
    ahead = run("replay", "acme", TOPIC, "crm", "--since", "now")
    kept = numbers(read(run))
    confirmed = run("replay", "acme", TOPIC, "crm", "--since", "now", "--yes")

    assert json.loads(shown.stdout)["again"] == 3
    assert back == [2, 3]
    assert (ahead.returncode, kept) == (2, [2, 3])
    assert confirmed.returncode == 0, confirmed.stderr
    assert read(run) == []


def test_dropping_asks_first(run, publish):
    run("add-consumer", "acme", TOPIC, "crm")

    asked = run("drop-consumer", "acme", TOPIC, "crm")
    dropped = run("drop-consumer", "acme", TOPIC, "crm", "--yes")
    gone = run("read", "acme", TOPIC, "crm")

    assert asked.returncode == 2
    assert dropped.returncode == 0, dropped.stderr
    assert gone.returncode == 1
    assert "U5430" in gone.stderr


@pytest.mark.parametrize(
    "arguments",
    [("replay", "acme", TOPIC, "crm"), ("read", "acme", TOPIC, "crm", "--follow")],
)
def test_wrong_usage_is_told(run, arguments):
    assert run(*arguments).returncode == 2
