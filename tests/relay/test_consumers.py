"""Named consumers of topics in SQL: every message, in order, whoever reads beside it and whatever commits when."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from c360.embedded.binaries import packaged_folder
from support.events import ingest, track
from support.plans import recorded
from support.session import Session
from support.waiting import DEADLINE

TOPIC = "c360-updated-profiles"


def bring(session):
    """What a relay does, once: everything committed by now is in the topics."""
    while session.call("c360.fan_out")[1]:
        pass
    while session.call("c360.backfill_deliveries"):
        pass


def read(session, consumer="crm", limit=100, tenant="acme", topic=TOPIC):
    return session.records(f"SELECT * FROM tenant_{tenant}.read_topic(%s, %s, %s)", topic, consumer, limit)


def commit(session, position, consumer="crm", tenant="acme", topic=TOPIC):
    return session.value(f"SELECT tenant_{tenant}.commit_topic(%s, %s, %s)", topic, consumer, position)


def create(session, consumer="crm", *, since=None, tenant="acme", topic=TOPIC):
    return session.value(
        f"SELECT tenant_{tenant}.create_topic_consumer(%s, %s, %s::timestamptz)", topic, consumer, since
    )


def numbers(rows: Iterable[dict]) -> list[int]:
    return [row["body"]["data"]["n"] for row in rows]


def take(session, consumer="crm", limit=100):
    """Read and commit a batch; answers its numbers."""
    rows = read(session, consumer, limit)
    commit(session, max((row["position"] for row in rows), default=None), consumer)
    return numbers(rows)


def drain(session, consumer="crm", limit=100):
    taken = []
    while batch := take(session, consumer, limit):
        taken += batch
    return taken


def status(session, consumer="crm"):
    rows = session.records("SELECT * FROM tenant_acme.list_topic_consumers()")
    return next(row for row in rows if row["consumer"] == consumer)


def refused(session, sqlstate, function, *arguments):
    with pytest.raises(psycopg.DatabaseError) as error:
        session.call(function, *arguments)
    assert error.value.sqlstate == sqlstate
    assert error.value.diag.message_hint


def test_a_batch_comes_again_until_it_is_committed_and_more_may_stand_behind_it(session, publish):
    create(session)
    for n in range(4):
        publish(n)
    bring(session)

    first, again = read(session, limit=3), read(session, limit=3)
    more = read(session, limit=10)

    assert numbers(first) == [0, 1, 2]
    assert again == first
    assert more[:3] == first
    assert numbers(more) == [0, 1, 2, 3]
    assert commit(session, first[1]["position"]) is True
    assert numbers(read(session)) == [2, 3]
    assert commit(session, first[0]["position"]) is False
    assert numbers(read(session)) == [2, 3]


def test_a_row_says_what_a_receiver_of_the_webhook_is_told(session, publish):
    create(session)
    message_id = publish(1, "key-1")
    bring(session)

    (row,) = read(session)

    assert (row["message_id"], row["type"], row["key"]) == (message_id, "profile.updated", "key-1")
    assert row["body"] == json.loads(session.value("SELECT body FROM c360.messages WHERE message_id = %s", message_id))


def test_a_consumer_begins_now_or_at_a_time_or_at_the_beginning(session, publish):
    publish(1)
    bring(session)
    between = session.value("SELECT clock_timestamp()")
    publish(2)
    made = [create(session, "now"), create(session, "time", since=between), create(session, "all", since="-infinity")]
    again = create(session, "now")
    publish(3)
    assert read(session, "all") == []
    assert status(session, "all")["state"] == "starting"

    bring(session)
    create(session, "later")
    publish(4)
    create(session, "later-all", since="-infinity")
    create(session, "later-time", since=between)
    bring(session)

    assert (made, again) == ([True, True, True], False)
    assert drain(session, "now") == [3, 4]
    assert drain(session, "time") == [2, 3, 4]
    assert drain(session, "all") == [1, 2, 3, 4]
    assert drain(session, "later") == [4]
    assert drain(session, "later-all") == [1, 2, 3, 4]
    assert drain(session, "later-time") == [2, 3, 4]


def test_positions_of_what_comes_are_above_those_of_what_was_there(session, publish):
    """Also where the numbers of both begin alike, as in a database that was never used."""
    publish(1)
    last = session.value("SELECT max(seq) FROM c360.messages")
    session.execute(f"ALTER SEQUENCE c360.topic_positions RESTART WITH {last}")
    create(session, since="-infinity")
    session.call("c360.fan_out")
    publish(2)
    bring(session)

    assert drain(session) == [1, 2]


def test_from_now_on_leaves_out_what_no_relay_had_brought_in_yet(session, publish):
    create(session, "first")
    bring(session)
    publish(1)

    create(session, "second")
    publish(2)
    bring(session)

    assert drain(session, "first") == [1, 2]
    assert drain(session, "second") == [2]


def test_what_commits_while_a_consumer_is_made_is_not_missed(connect, session, publish):
    """Its transaction begins early and ends late; others commit before, meanwhile and after, fan-outs run between."""
    early, late, maker = connect(), connect(), connect()
    publish(1, by=early)
    create(maker, "a")
    early.commit()
    publish(2, by=late)
    bring(session)
    publish(3)
    maker.commit()
    bring(session)
    late.commit()
    publish(4)
    bring(session)

    taken = drain(session, "a")

    assert sorted(taken) == [1, 2, 3, 4]


def test_a_long_transaction_holds_up_nobody_and_its_messages_come_after_its_commit(connect, session, publish):
    create(session)
    long = connect()
    publish(0, "long", by=long)
    for n in range(1, 4):
        publish(n, "short")
    bring(session)

    before = take(session)
    held = status(session)
    long.commit()
    bring(session)

    assert before == [1, 2, 3]
    assert held["held_by"] == long.pid
    assert take(session) == [0]
    assert take(session) == []


def test_what_was_rolled_back_never_comes(connect, session, publish):
    create(session)
    other = connect()
    publish(1, by=other)
    publish(2)
    other.rollback()
    bring(session)

    assert drain(session) == [2]


class History:
    """Writers that begin, commit and roll back in any order, fan-outs of any size, and a reader that commits all,
    a part or nothing of what it read, and crashes."""

    def __init__(self, database, chance: random.Random) -> None:
        self._database = database
        self._chance = chance
        self._session = self._opened(autocommit=True)
        self._reader = self._opened()
        self._writers: dict[str, tuple[Session, list[int]]] = {}
        self._number = 0
        self._seen: dict[int, object] = {}
        self.committed: dict[str, list[int]] = {}
        self.done: dict[str, list[int]] = {}
        create(self._session, "one", since="-infinity")

    def _opened(self, *, autocommit: bool = False) -> Session:
        return Session(psycopg.connect(self._database.dsn, autocommit=autocommit, application_name="test"))

    def play(self, steps: int) -> None:
        acts = [self.write] * 9 + [self.end] * 4 + [self.fan_out] * 3 + [self.read] * 4
        for _step in range(steps):
            self._chance.choice(acts)()
        for name in list(self._writers):
            self._end(name, is_kept=True)
        bring(self._session)
        while self._read(self._session, 7, 7):
            pass
        for one in (self._session, self._reader):
            one.close()

    def write(self) -> None:
        """A key belongs to one open transaction at a time, as the row of a golden record does."""
        key = str(self._chance.randrange(4))
        if key not in self._writers:
            self._writers[key] = (self._opened(), [])
        writer, wrote = self._writers[key]
        self._number += 1
        writer.call("c360._publish", "acme", TOPIC, "profile.updated", key, {"n": self._number})
        wrote.append(self._number)

    def end(self) -> None:
        if self._writers:
            self._end(self._chance.choice(sorted(self._writers)), is_kept=self._chance.random() < 0.75)

    def _end(self, key: str, *, is_kept: bool) -> None:
        writer, wrote = self._writers.pop(key)
        if is_kept:
            writer.commit()
            self.committed.setdefault(key, []).extend(wrote)
        else:
            writer.rollback()
        writer.close()

    def fan_out(self) -> None:
        self._session.call("c360.fan_out", self._chance.choice([1, 2, 1000]))
        self._session.call("c360.backfill_deliveries", self._chance.choice([1, 3, 1000]))

    def read(self) -> None:
        limit = self._chance.choice([1, 2, 5, 100])
        self._read(self._reader, limit, self._chance.randint(0, limit), crashes=self._chance.random() < 0.3)

    def _read(self, reader: Session, limit: int, part: int, *, crashes: bool = False) -> list[dict]:
        rows = read(reader, "one", limit)
        positions = [row["position"] for row in rows]
        assert positions == sorted(set(positions))
        for row in rows:
            assert self._seen.setdefault(row["position"], row["message_id"]) == row["message_id"]
        if rows[:part]:
            commit(reader, positions[:part][-1], "one")
        if crashes:
            reader.close()
            self._reader = self._opened()
            return rows
        reader.commit()
        for row in rows[:part]:
            self.done.setdefault(row["key"], []).append(row["body"]["data"]["n"])
        return rows


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_message_comes_once_committed_in_the_order_of_its_key_however_transactions_end(clone, seed):
    with clone() as database:
        history = History(database, random.Random(seed))
        history.play(60)

    assert history.done == history.committed


def test_two_sessions_with_one_name_share_the_messages_and_tear_no_batch(
    connect, session, publish, in_background, wait_until_blocked
):
    create(session)
    for n in range(6):
        publish(n)
    bring(session)
    alice, bob = connect(), connect()

    first = read(alice, limit=4)
    waiting = in_background(read, bob, "crm", 4)
    wait_until_blocked(bob)
    commit(alice, first[-1]["position"])
    alice.commit()

    assert numbers(first) == [0, 1, 2, 3]
    assert numbers(waiting.result()) == [4, 5]


def test_a_session_that_ends_between_reading_and_committing_leaves_the_batch_to_the_next(
    connect, session, publish, in_background, wait_until_blocked
):
    create(session)
    publish(1)
    bring(session)
    dying, next_one = connect(), connect()
    assert numbers(read(dying)) == [1]
    waiting = in_background(read, next_one)
    wait_until_blocked(next_one)

    session.execute("SELECT pg_terminate_backend(%s)", dying.pid)

    assert numbers(waiting.result()) == [1]


def test_reading_and_what_is_done_with_it_are_one_transaction(connect, session, publish):
    create(session)
    publish(1)
    bring(session)
    worker = connect()

    def work():
        rows = read(worker)
        for n in numbers(rows):
            worker.execute("INSERT INTO pg_temp.done VALUES (%s)", n)
        commit(worker, rows[-1]["position"])

    worker.execute("CREATE TEMP TABLE done (n integer)")
    worker.commit()
    work()
    worker.rollback()
    work()
    worker.commit()

    assert worker.column("SELECT n FROM done") == [1]
    assert read(session) == []


def test_two_consumers_do_not_see_each_other(session, publish):
    create(session, "a")
    create(session, "b")
    publish(1)
    bring(session)

    assert drain(session, "a") == [1]
    assert drain(session, "b") == [1]


def test_a_consumer_reads_the_own_tenant_and_the_own_topic_only(connect, globex):
    session = connect(autocommit=True)
    create(session)
    create(session, tenant="globex")
    session.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {"n": 1})
    session.call("c360._publish", "globex", TOPIC, "profile.updated", "k", {"n": 2})
    session.call("c360._publish", "acme", "c360-synch-events", "metadata.changed", "k", {"n": 3})
    bring(session)

    (of_acme,), (of_globex,) = read(session), read(session, tenant="globex")

    assert (of_acme["body"]["tenant"], of_acme["body"]["data"]["n"]) == ("acme", 1)
    assert (of_globex["body"]["tenant"], of_globex["body"]["data"]["n"]) == ("globex", 2)
    # Positions count all tenants, so that of the other one may be asked for: it is only a number beyond the end.
    refused(session, "U5432", "tenant_acme.commit_topic", TOPIC, "crm", of_globex["position"])
    session.call("c360.drop_tenant", "globex", "globex")
    assert session.value("SELECT count(*) FROM c360.feed_messages") == 1
    assert numbers(read(session)) == [1]


def test_names_that_are_wrong_are_refused_with_a_way_on(session, publish):
    create(session)
    bring(session)

    refused(session, "U5405", "tenant_acme.create_topic_consumer", "c360-other", "a")
    refused(session, "U5431", "tenant_acme.create_topic_consumer", TOPIC, "A b")
    refused(session, "U5431", "tenant_acme.create_topic_consumer", TOPIC, None)
    refused(session, "U4424", "tenant_acme.create_topic_consumer", TOPIC, "a", "infinity")
    for function in ("read_topic", "read_topic_as_sent", "drop_topic_consumer", "commit_topic"):
        rest = [1] if function == "commit_topic" else []
        refused(session, "U5430", f"tenant_acme.{function}", TOPIC, "other", *rest)
        refused(session, "U5405", f"tenant_acme.{function}", "c360-other", "crm", *rest)
    refused(session, "U4426", "tenant_acme.read_topic", TOPIC, "crm", -1)
    refused(session, "U5432", "tenant_acme.commit_topic", TOPIC, "crm", 10**18)
    refused(session, "U5433", "tenant_acme.replay_topic", TOPIC, "crm")
    refused(session, "U5405", "tenant_acme.list_topic_consumers", "c360-other")
    assert commit(session, None) is False


def test_at_most_a_hundred_consumers(db):
    db.execute(
        "SELECT tenant_acme.create_topic_consumer(%s, 'c' || number) FROM generate_series(1, 100) AS number", TOPIC
    )

    refused(db, "U4419", "tenant_acme.create_topic_consumer", TOPIC, "one-more")


def test_a_replay_goes_back_to_a_time_or_a_position_and_says_what_it_does(session, publish):
    create(session)
    ids = [publish(n) for n in range(3)]
    between = session.value("SELECT clock_timestamp()")
    ids += [publish(n) for n in range(3, 6)]
    bring(session)
    rows = read(session)
    assert drain(session) == [0, 1, 2, 3, 4, 5]
    replay = "SELECT tenant_acme.replay_topic(%s, 'crm', p_from => %s::timestamptz, p_position => %s, p_dry_run => %s)"

    dry = session.value(replay, TOPIC, between, None, True)
    assert read(session) == []
    wet = session.value(replay, TOPIC, between, None, False)

    assert (dry["again"], dry["left_out"]) == (3, 0)
    assert dry == wet
    assert [row["message_id"] for row in read(session)] == ids[3:]
    session.value(replay, TOPIC, None, rows[1]["position"], False)
    assert numbers(read(session)) == [1, 2, 3, 4, 5]
    assert session.value(replay, TOPIC, "-infinity", None, False)["again"] == 1
    assert numbers(read(session)) == [0, 1, 2, 3, 4, 5]
    ahead = session.value(replay, TOPIC, None, rows[4]["position"], False)
    assert (ahead["again"], ahead["left_out"]) == (0, 4)
    assert drain(session) == [4, 5]
    assert session.column("SELECT action FROM c360.audit_log WHERE object = %s ORDER BY audit_id", f"{TOPIC}/crm") == [
        "topic_consumers.added",
        *["topic_consumers.replayed"] * 4,
    ]


def test_a_topic_nobody_reads_any_more_costs_nothing(session, publish):
    create(session, "a")
    create(session, "b")
    publish(1)
    bring(session)
    assert session.value("SELECT count(*) FROM c360.feed_messages") == 1

    session.call("tenant_acme.drop_topic_consumer", TOPIC, "a")
    assert drain(session, "b") == [1]
    session.call("tenant_acme.drop_topic_consumer", TOPIC, "b")
    publish(2)
    bring(session)
    create(session, "c", since="-infinity")
    bring(session)
    session.call("c360.maintain_message_partitions")

    assert session.value("SELECT count(*) FROM c360.topic_feeds") == 1
    assert drain(session, "c") == [1, 2]
    assert session.value("SELECT count(*) FROM c360.feed_messages") == 2


def test_events_are_written_as_messages_while_a_consumer_wants_them(session):
    events = "c360-behavioral-events"

    ingest(session, track("Seen", "before"))
    create(session, topic=events)
    ingest(session, track("Seen", "while"))
    bring(session)
    rows = read(session, topic=events)
    session.call("tenant_acme.drop_topic_consumer", events, "crm")
    ingest(session, track("Seen", "after"))

    assert [row["body"]["data"]["message_id"] for row in rows] == ["while"]
    assert session.value("SELECT count(*) FROM c360.messages WHERE topic = %s", events) == 1


def age(session, days):
    """As if the messages of now had been written days ago."""
    session.execute("UPDATE c360.messages SET created_at = created_at - make_interval(days => %s)", days)
    session.execute("UPDATE c360.feed_messages SET message_at = message_at - make_interval(days => %s)", days)


def upkeep(session):
    session.call("c360.maintain_message_partitions")


def apply_retention(session, ago):
    """To the end, as if it were so long ago."""
    step = "SELECT c360.apply_retention('acme', 'messages', now() - %s::interval) -> 'has_more'"
    while session.value(step, ago):
        pass


def in_log(session):
    return session.value("SELECT count(*) FROM c360.messages WHERE topic = %s", TOPIC)


def test_messages_are_kept_for_a_consumer_beyond_their_time_and_no_longer_than_said(session, publish):
    create(session, "quick")
    create(session, "slow")
    for n in range(3):
        publish(n)
    bring(session)
    assert drain(session, "quick") == [0, 1, 2]
    assert take(session, "slow", 1) == [0]

    age(session, 33)
    upkeep(session)
    upkeep(session)
    kept = numbers(read(session, "slow"))
    limit = status(session, "slow")["kept_until"]
    publish(3)
    bring(session)
    age(session, 5)
    publish(4)
    bring(session)
    upkeep(session)
    heard = []
    session.connection.add_notice_handler(lambda notice: heard.append((notice.severity, notice.message_primary)))
    after = numbers(read(session, "slow"))

    assert kept == [1, 2]
    assert limit is not None
    assert after == [3, 4]
    assert [(severity, "2 so far" in text) for severity, text in heard] == [("WARNING", True)]
    assert (status(session, "slow")["lost_count"], status(session, "quick")["lost_count"]) == (2, 0)
    assert [
        level
        for level, text in session.rows(
            "SELECT level, finding FROM c360.doctor()"
            " WHERE subject LIKE 'consumer slow%%' AND finding LIKE '%%lost 2%%'"
        )
    ] == ["error"]
    drain(session, "slow")
    heard.clear()
    read(session, "slow")
    assert heard == []


def test_the_log_keeps_what_a_feed_holds_and_lets_go_of_the_rest(session, publish):
    create(session)
    publish(1)
    bring(session)
    today = session.value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')")
    at = "SELECT c360.maintain_message_partitions(now() + make_interval(days => %s)) -> 'dropped'"
    session.value(at, 3)

    assert today not in session.value(at, 33)
    assert numbers(read(session)) == [1]
    assert today in session.value(at, 40)
    assert read(session) == []
    assert status(session)["lost_count"] == 1


def test_a_consumer_in_use_is_not_trimmed_under_the_hands_of_its_reader(connect, session, publish):
    create(session)
    publish(1)
    bring(session)
    age(session, 40)
    reader = connect()
    assert numbers(read(reader)) == [1]

    upkeep(session)
    position = read(reader)[0]["position"]
    commit(reader, position)
    reader.commit()
    upkeep(session)

    assert status(session)["lost_count"] == 0
    assert session.value("SELECT count(*) FROM c360.feed_messages") == 0


def test_a_tenant_that_keeps_messages_shorter_waits_for_its_consumers_as_well(session, publish):
    create(session)
    for n in range(2):
        publish(n)
    bring(session)
    session.execute("INSERT INTO c360.retention_policies (tenant, kind, keep) VALUES ('acme', 'messages', '3 days')")
    assert take(session, limit=1) == [0]

    age(session, 12)
    apply_retention(session, "5 days")
    assert numbers(read(session)) == [1]
    assert in_log(session) == 1
    apply_retention(session, "0 days")

    assert (in_log(session), status(session)["lost_count"]) == (0, 1)


def test_an_empty_read_writes_nothing_and_tells_when_no_relay_works(session, publish):
    create(session)
    bring(session)
    heard = []
    session.connection.add_notice_handler(lambda notice: heard.append(notice.message_primary))
    with session.connection.transaction():
        assert read(session) == []
        assert session.value("SELECT pg_current_xact_id_if_assigned()") is None
    assert heard == []

    publish(1)
    session.execute("UPDATE c360.messages SET created_at = created_at - interval '1 hour'")
    session.execute("UPDATE c360.ticks SET ticked_at = ticked_at - interval '1 hour'")
    read(session)

    assert len(heard) == 1
    assert "relay" in heard[0]


def test_the_bell_of_a_topic_rings_for_a_consumer_while_a_relay_runs(
    connect, session, publish, start_relay, wait_until
):
    create(session)
    start_relay()
    listening = connect(autocommit=True)
    listening.execute(f'LISTEN "{TOPIC}"')

    wait_until(lambda: status(session)["state"] == "reading")
    publish(1)
    written = session.value("SELECT max(seq) FROM c360.messages WHERE topic = %s", TOPIC)
    for bell in listening.connection.notifies(timeout=DEADLINE):
        hint = json.loads(bell.payload)
        # The one that told of the feed may still be on its way.
        if hint["last_seq"] == written:
            break

    assert (bell.channel, hint) == (TOPIC, {"tenant": "acme", "count": 1, "last_seq": written})
    assert take(session) == [1]


def test_the_loop_of_the_documentation_takes_each_message_once(database, session, publish, start_relay, tmp_path):
    page = Path(__file__).parents[2] / "docs" / "how-to" / "consume-topics.md"
    [loop] = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    (tmp_path / "loop.py").write_text(loop)
    create(session, "warehouse")
    start_relay()
    with subprocess.Popen(
        [sys.executable, tmp_path / "loop.py", database.dsn], stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            for n in range(3):
                publish(n, f"k{n}")
            lines = [running.stdout.readline().strip() for _ in range(3)]
        finally:
            running.kill()

    assert lines == [f"profile.updated k{n}" for n in range(3)]


@pytest.mark.parametrize("steps", [[], [1], [1, 1], [1000]], ids=["untaken", "taken", "in a step", "taken, read up"])
def test_a_server_may_be_confirmed_while_feeds_are_begun(session, publish, steps):
    """Wherever the fan-out and the history of a feed are then: each message comes once, in order."""
    for n in range(3):
        publish(n, f"k{n}")
    create(session, "all", since="-infinity")
    create(session, "now")
    for n in range(3, 6):
        publish(n, f"k{n}")
    for limit in steps:
        session.call("c360.fan_out", limit)

    session.call("c360.confirm_cluster")
    publish(6, "k6")
    bring(session)

    assert sorted(drain(session, "all")) == list(range(7))
    assert set(drain(session, "now")) >= {3, 4, 5, 6}


def test_what_was_still_to_come_when_a_server_is_confirmed_comes_however_busy_it_is(connect, session, publish):
    """A later transaction ends before: to a snapshot the one that confirms looks as if it had committed long ago."""
    create(session, since="-infinity")
    bring(session)
    publish(1)
    confirming = connect()
    confirming.value("SELECT pg_current_xact_id()")
    session.value("SELECT pg_current_xact_id()")

    confirming.call("c360.confirm_cluster")
    confirming.commit()
    bring(session)

    assert drain(session) == [1]


def copy_by_dump(server, source, target, file):
    done = subprocess.run(
        [packaged_folder() / "pg_dump", f"--file={file}", "-d", server.dsn(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # A setting that only newer servers know.
    text = file.read_text().replace("SET transaction_timeout = 0;\n", "")
    restored = server.psql(target, "-q", "-v", "ON_ERROR_STOP=1", text=text)
    assert restored.returncode == 0, restored.stderr


def test_a_consumer_goes_on_where_it_was_in_a_dump_that_was_restored(
    server, database, session, publish, make_empty_database, tmp_path
):
    """Read and committed, read and not committed, in the topic, committed and not in it, and written there."""
    create(session, "all", since="-infinity")
    for n in range(4):
        publish(n)
    bring(session)
    assert take(session, "all", 2) == [0, 1]
    create(session, "fresh")
    publish(4)
    create(session, "new")
    session.close()
    other = make_empty_database()
    copy_by_dump(server, database.name, other.name, tmp_path / "all.sql")

    with psycopg.connect(other.dsn, autocommit=True) as connection:
        there = Session(connection)
        assert numbers(read(there, "all")) == [2, 3]
        refused(there, "U5003", "c360.fan_out")
        there.call("c360.confirm_cluster")
        there.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {"n": 5})
        bring(there)
        assert drain(there, "all") == [2, 3, 4, 5]
        assert drain(there, "fresh") == [4, 5]
        assert drain(there, "new")[-1] == 5
        there.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {"n": 6})
        bring(there)
        assert (drain(there, "all"), drain(there, "fresh"), drain(there, "new")) == ([6], [6], [6])


def test_a_read_looks_at_what_it_gives_and_at_nothing_of_the_others(server, database, connect, globex):
    """A hundred messages among twenty thousand of another tenant, before statistics know it and after."""
    session = connect(autocommit=True)
    create(session)
    create(session, tenant="globex")
    session.execute(
        "INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)"
        " SELECT c360._uuid7(), CASE WHEN n %% 200 = 0 THEN 'acme' ELSE 'globex' END, %s, 'profile.updated', n::text,"
        " c360._message_body('profile.updated', 'acme', now(), jsonb_build_object('n', n))"
        " FROM generate_series(1, 20000) AS n",
        TOPIC,
    )
    bring(session)
    large = {"feed_messages", "messages", *session.column("SELECT relname FROM pg_class WHERE relname ~ '^messages_'")}

    with server.admin(database.name) as admin:
        for analysed in (False, True):
            if analysed:
                session.execute("ANALYZE c360.messages; ANALYZE c360.feed_messages")
            with recorded(admin) as plans:
                rows = admin.execute("SELECT FROM c360.read_topic('acme', %s, 'crm', 50)", [TOPIC]).rowcount
            assert rows == 50
            assert plans.sequential_scans(large) == set()
            assert plans.most_read(large)[0] <= 50
