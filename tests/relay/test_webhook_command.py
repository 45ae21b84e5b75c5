"""The commands c360 webhook and c360 topic, run as a person would."""

from __future__ import annotations

import json

import pytest

from support.command_line import clean_environment


@pytest.fixture
def c360(command_line, database, tmp_path):
    environment = clean_environment(C360_DSN=database.dsn, C360_DATA_DIR=str(tmp_path))

    def run(*arguments, **more):
        return command_line.run(*arguments, cwd=tmp_path, environment={**environment, **more})

    return run


def test_a_webhook_is_added_tested_and_removed(c360, receiver, session):
    added = c360("webhook", "add", "acme", receiver.url(), "--name", "crm", "--allow-private")
    receiver.secrets["/hooks"] = added.stdout.strip()

    tested = c360("webhook", "test", "acme", "crm", "--allow-private")
    listed = c360("webhook", "list", "acme", "--json")
    removed = c360("webhook", "remove", "acme", "crm", "--yes")

    assert (added.returncode, tested.returncode, removed.returncode) == (0, 0, 0)
    assert tested.stdout.startswith("200 in ")
    assert receiver.received[0].body["type"] == "webhook.test"
    assert receiver.refused == []
    assert [webhook["name"] for webhook in json.loads(listed.stdout)] == ["crm"]
    assert added.stdout.strip() not in listed.stdout
    assert session.value("SELECT count(*) FROM c360.subscriptions") == 0
    assert (
        session.value("SELECT count(*) FROM c360.audit_log WHERE action LIKE 'subscriptions.%' AND object = 'crm'") == 2
    )


def test_a_private_webhook_is_refused_with_a_hint(c360, session):
    refused = c360("webhook", "add", "acme", "https://127.0.0.1/hooks")

    assert refused.returncode == 2
    assert "C360_WEBHOOK_ALLOW_PRIVATE" in refused.stderr
    assert session.value("SELECT count(*) FROM c360.subscriptions") == 0


def test_a_webhook_in_the_network_of_the_operator_is_added_where_it_is_listed(c360, receiver, session):
    url = receiver.url().replace("http://", "HTTP://")
    listed = {"C360_WEBHOOK_ALLOW": "10.0.0.0/8, 127.0.0.1"}

    without = c360("webhook", "add", "acme", url, "--name", "crm")
    added = c360("webhook", "add", "acme", url, "--name", "crm", **listed)
    receiver.secrets["/hooks"] = added.stdout.strip()
    refused = c360("webhook", "test", "acme", "crm")
    tested = c360("webhook", "test", "acme", "crm", **listed)

    assert (without.returncode, added.returncode, refused.returncode, tested.returncode) == (1, 0, 1, 0)
    assert "U5413" in without.stderr
    assert "C360_WEBHOOK_ALLOW" in refused.stderr
    assert session.column("SELECT url FROM c360.subscriptions") == [receiver.url()]
    assert (receiver.refused, len(receiver.received)) == ([], 1)


def test_an_address_and_a_list_that_cannot_be_meant_so_are_refused_with_a_hint(c360, session):
    address = c360("webhook", "add", "acme", "https://127.1/hooks")
    listed = c360("webhook", "add", "acme", "https://crm.example/", C360_WEBHOOK_ALLOW="10.0.0.1/8")
    proxy = c360("webhook", "test", "acme", "crm", C360_WEBHOOK_PROXY="socks5://me:hunter2@proxy.example:1080")

    assert (address.returncode, listed.returncode, proxy.returncode) == (2, 2, 2)
    assert "U5450" in address.stderr
    assert "four decimal numbers" in address.stderr
    assert "has host bits set" in listed.stderr
    assert "hunter2" not in proxy.stderr
    assert session.value("SELECT count(*) FROM c360.subscriptions") == 0


def test_a_dry_run_changes_nothing(c360, subscribe, session):
    subscribe()

    dry = c360("webhook", "pause", "acme", "hooks", "--dry-run")
    added = c360("webhook", "add", "acme", "http://127.0.0.1/x", "--name", "other", "--allow-private", "--dry-run")

    assert dry.stdout == "SELECT tenant_acme.pause_subscription('hooks');\n"
    assert added.returncode == 0
    assert session.rows("SELECT name, state FROM c360.subscriptions") == [("hooks", "active")]


def test_topics_are_listed_and_tailed(c360, publish):
    publish(7)

    topics = c360("topic", "list", "--json")
    tail = c360("topic", "tail", "acme", "c360-updated-profiles", "--json")

    assert len(json.loads(topics.stdout)) == 5
    assert json.loads(tail.stdout)["body"]["data"] == {"n": 7}
    assert c360("topic", "tail", "acme", "c360-nothing").returncode == 1


def test_what_receivers_get_and_say_is_shown_to_administrators_who_ask(c360, subscribe, session):
    subscribe("/hooks/secret-path", topics=["c360-behavioral-events"])
    event = {"type": "track", "event": "Seen", "messageId": "m1", "userId": "u1", "properties": {"note": "private"}}
    session.call("c360.ingest", "acme", event, "web")
    session.execute(
        "INSERT INTO c360.delivery_attempts (subscription_id, message_seq, attempt, error, duration_ms, answer)"
        " SELECT subscription_id, 1, 1, 'status', 5, 'echo' FROM c360.subscriptions"
    )
    tail = ("topic", "tail", "acme", "c360-behavioral-events", "--json")
    show = ("webhook", "show", "acme", "hooks-secret-path", "--json")

    plain, whole = (json.loads(c360(*tail, *flags).stdout) for flags in ((), ("--as-sent",)))
    masked, told = (json.loads(c360(*show, *flags).stdout) for flags in ((), ("--as-sent",)))

    assert plain["body"]["data"]["event"] == {"userId": "u1"}
    assert whole["body"]["data"]["event"]["properties"] == {"note": "private"}
    assert masked["url"].endswith("/****")
    assert told["url"].endswith("/hooks/secret-path")
    assert [shown["last_attempts"][0]["answer"] for shown in (masked, told)] == ["****", "echo"]
    assert "echo" in c360(*show[:-1], "--as-sent").stdout


def test_a_webhook_is_changed_with_a_condition_and_its_limits(c360, subscribe, session):
    subscribe()
    change = ("webhook", "set", "acme", "hooks")

    rehearsed = c360(*change, "--rate", "5", "--where", "message_type = 'profile.merged'", "--dry-run", "--json")
    untouched = session.row("SELECT rate_per_second, condition FROM c360.subscriptions")
    changed = c360(*change, "--rate", "5", "--where", "message_type = 'profile.merged'", "--max-age", "3 days")
    state = session.row("SELECT condition, problem FROM c360.subscription_filters")
    wrong = c360(*change, "--where", "no_such_column > 3")
    none = c360(*change)
    freed = c360(*change, "--without", "where", "--without", "rate")

    assert json.loads(rehearsed.stdout)["rate_per_second"] == {"before": None, "after": 5}
    assert untouched == (None, None)
    assert "max_age: none -> 3 days" in changed.stdout
    assert state == ("message_type = 'profile.merged'", None)
    assert (wrong.returncode, wrong.stderr[:5]) == (1, "U5422")
    assert none.returncode == 2
    assert freed.returncode == 0
    assert session.row("SELECT rate_per_second, condition, max_age IS NULL FROM c360.subscriptions") == (
        None,
        None,
        False,
    )
    assert session.value("SELECT count(*) FROM c360.subscription_filters") == 0


def test_a_webhook_is_added_with_a_condition_or_not_at_all(c360, receiver, session):
    add = ("webhook", "add", "acme", receiver.url(), "--allow-private", "--name")

    wrong = c360(*add, "one", "--where", "no_such_column > 3")
    right = c360(*add, "two", "--where", "city = 'Hue'", "--rate", "2", "--max-backlog", "1000")
    shown = json.loads(c360("webhook", "show", "acme", "two", "--json").stdout)
    unknown = c360(*add, "three", "--type", "profile.deleted")

    assert (wrong.returncode, unknown.returncode, right.returncode) == (1, 1, 0)
    assert "profile.merged" in unknown.stderr
    assert session.column("SELECT name FROM c360.subscriptions") == ["two"]
    assert (shown["condition"], shown["rate_per_second"], shown["max_backlog"]) == ("city = 'Hue'", 2, 1000)
    assert session.column("SELECT condition FROM c360.subscription_filters WHERE problem IS NULL") == ["city = 'Hue'"]


def test_what_was_sent_is_counted_listed_shown_and_sent_again(c360, subscribe, session, publish):
    subscribe()
    message_id = publish(7)
    session.call("c360.fan_out", 100)
    session.execute(
        "INSERT INTO c360.delivery_attempts (subscription_id, message_seq, attempt, status, error, duration_ms, answer)"
        " SELECT subscription_id, message_seq, 1, 503, 'status', 5, 'echo' FROM c360.deliveries"
    )

    stats = c360("webhook", "stats", "acme", "hooks", "--by", "minute", "--json")
    attempts = c360("webhook", "attempts", "acme", "hooks", "--message", str(message_id), "--json")
    told = c360("webhook", "attempts", "acme", "hooks", "--status", "503", "--as-sent")
    message = c360("webhook", "message", "acme", str(message_id), "--json")
    session.execute("DELETE FROM c360.deliveries")
    counted = c360("webhook", "replay", "acme", "hooks", "--since", "2020-01-01", "--dry-run")
    before = session.value("SELECT count(*) FROM c360.deliveries")
    replayed = c360("webhook", "replay", "acme", "hooks", "--since", "2020-01-01", "--key", "a")
    recovered = c360("webhook", "recover", "acme", "hooks", "--since", "2020-01-01", "--dry-run")

    (stated,) = json.loads(stats.stdout)
    assert (stated["failed"], stated["waiting"], len(stated["series"])) == (1, 1, 1)
    assert [row["answer"] for row in json.loads(attempts.stdout)] == ["****"]
    assert "echo" in told.stdout
    assert json.loads(message.stdout)["webhooks"] == [{"name": "hooks", "state": "waiting", "attempts": 0}]
    assert (counted.stdout, before) == ("1\n", 0)
    assert (replayed.stdout, session.value("SELECT count(*) FROM c360.deliveries")) == ("1\n", 1)
    assert recovered.stdout == "0\n"


def test_disabling_asks_first(c360, subscribe, session):
    subscribe()

    unasked = c360("webhook", "disable", "acme", "hooks")
    done = c360("webhook", "disable", "acme", "hooks", "--reason", "moved", "--yes")

    assert (unasked.returncode, done.returncode) == (2, 0)
    assert session.row("SELECT state, disabled_reason FROM c360.subscriptions") == ("disabled", "moved")


@pytest.mark.parametrize(
    "arguments",
    [
        ("stats", "acme", "caf\udce9"),
        ("attempts", "acme", "crm", "--limit", "9" * 30),
        ("dead-letters", "acme", "crm", "--limit", "9" * 30),
    ],
)
def test_what_is_no_text_or_no_number_of_rows_is_wrong_usage(c360, arguments):
    done = c360("webhook", *arguments)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
