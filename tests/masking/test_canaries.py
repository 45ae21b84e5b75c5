"""What governance.md keeps from readers reaches them by no way: functions, tables, views, statistics, errors."""

import pytest

from masking.conftest import CANARIES, SCHEMA, arguments_of, functions_of

RELATIONS = """
    SELECT
        relation.oid::regclass::text AS relation,
        array_agg(quote_ident(attribute.attname) ORDER BY attribute.attnum) AS columns
    FROM pg_class AS relation
    JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid
    WHERE relation.relnamespace = to_regnamespace(%s)
      AND relation.relkind IN ('r', 'p', 'v', 'm')
      AND attribute.attnum > 0
      AND NOT attribute.attisdropped
    GROUP BY relation.oid
    ORDER BY 1
"""


def _found_in(text: str) -> list[str]:
    return [name for name, value in CANARIES.items() if value in text]


def _relations(aviary):
    return aviary.db.records(RELATIONS, SCHEMA)


def test_every_canary_is_in_something_the_administrator_may_read(aviary):
    with aviary.as_role("admin"):
        tables = [aviary.read(f"SELECT * FROM {one['relation']}")[1] for one in _relations(aviary)]
        numbers = list(map(str, range(1000)))
        kinds = ("event", "rejected_event", "message", "attempt")
        sent = [aviary.ask("as_sent", kind, numbers)[1] for kind in kinds]
        [webhook] = aviary.answers("list_subscriptions")
        address = aviary.ask("as_sent", "subscription", [webhook["subscription_id"]])[1]
        metadata = aviary.ask("tenant_blueprint")[1]

    everything = "\n".join([*tables, *sent, address, metadata])
    assert [name for name, value in CANARIES.items() if value not in everything] == []


@pytest.mark.parametrize("kind", ["reader", "writer"])
def test_no_function_tells_a_canary(aviary, kind):
    functions = functions_of(aviary.db, kind)
    told, answered = [], set()
    with aviary.as_role(kind):
        for function in functions:
            for arguments in arguments_of(aviary, function):
                code, text = aviary.read(function.call(), *arguments)
                if code is None and text not in ("[]", "[[null]]"):
                    answered.add(function.name)
                told += [(function.name, arguments, name) for name in _found_in(text)]

    assert told == []
    reading = {
        "explain_link",
        "explain_profile",
        "import_records",
        "link_overrides",
        "list_dead_letters",
        "list_imports",
        "list_profiles",
        "list_subscriptions",
        "match_reviews",
        "metadata_history",
        "metadata_version",
        "profile",
        "profile_as_of",
        "profile_history",
        "recent_events",
        "rejected_backlog",
        "rejected_events",
        "show_subscription",
        "summarise_rejected_events",
        "tail_topic",
        "tenant_metadata",
    }
    writing = {
        "merge_profiles",
        "redrive_rejected_batch",
        "redrive_rejected_events",
        "resolve_identities",
        "set_link_override",
        "split_profile",
    }
    assert (reading if kind == "reader" else reading | writing) - answered == set()


@pytest.mark.parametrize("kind", ["reader", "writer"])
def test_no_table_view_or_column_tells_a_canary(aviary, kind):
    told, readable = [], set()
    relations = _relations(aviary)
    with aviary.as_role(kind):
        for one in relations:
            for column in (*one["columns"], "*"):
                code, text = aviary.read(f"SELECT {column} FROM {one['relation']}")
                if code is None and text != "[]":
                    readable.add(one["relation"].split(".")[1])
                told += [(one["relation"], column, name) for name in _found_in(text)]

    assert told == []
    assert {"cdp_profiles", "cdp_profile_identifiers", "cdp_behavioral_events", "cdp_link_overrides"} <= readable


@pytest.mark.parametrize("kind", ["reader", "writer"])
@pytest.mark.parametrize("view", ["pg_stats", "pg_stats_ext", "pg_stats_ext_exprs", "pg_statistic"])
def test_statistics_of_the_planner_tell_no_canary(aviary, kind, view):
    aviary.db.execute("SET LOCAL ROLE c360_owner")
    for one in _relations(aviary):
        aviary.db.execute(f"ANALYZE {one['relation']}")
    aviary.db.execute("RESET ROLE")
    everybody = aviary.db.value(
        f"SELECT count(*) FROM pg_stats WHERE schemaname = '{SCHEMA}' AND tablename = 'cdp_raw_identifiers'"
    )

    with aviary.as_role(kind):
        _, text = aviary.read(f"SELECT * FROM {view}")

    assert everybody > 0
    assert _found_in(text) == []
    assert view != "pg_stats" or "cdp_raw_identifiers" in text


def test_the_golden_record_stays_useful(aviary):
    with aviary.as_role("reader"):
        [profile] = aviary.answers("profile", "user_id", "u1")
        events = {event["message_id"]: event["payload"] for event in aviary.answers("recent_events")}

    assert (profile["email"], profile["first_name"], profile["city"]) == ("an@shop.vn", "An", "Hanoi")
    assert profile["phone_number"] == "****5678"
    assert profile["last_seen_touchpoint_url"] == "https://shop.vn/"
    ordered = next(event for event in profile["last_events"] if event["event"] == "Order Completed")
    assert ordered["properties"] == {"order_id": "O1", "revenue": 25, "currency": "USD"}
    assert events["m1"] == {
        "userId": "u1",
        "traits": {"email": "an@shop.vn", "firstName": "An", "address": {"city": "Hanoi"}},
    }


@pytest.mark.parametrize("kind", ["reader", "writer"])
def test_what_was_sent_is_for_administrators(aviary, kind):
    with aviary.as_role(kind):
        code, _ = aviary.ask("as_sent", "event", ["1"])

    assert code == "42501"
