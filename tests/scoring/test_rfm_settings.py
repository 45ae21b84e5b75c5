"""RFM as a tenant wants it: which orders count, what the 125 cells are called, who moved; and that it travels."""

from __future__ import annotations

import csv
import json
from collections import Counter
from importlib.resources import files

import psycopg
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.domain.errors import UsageError
from c360.governance import dump_tenant, restore_tenant
from c360.governance.apply import apply_declaration, export_tenant
from c360.governance.declaration import read_declaration
from c360.governance.plan import Permissions
from support.shop import Report, Shop

CELLS = [f"{r}{f}{m}" for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)]
THREE = [
    {"segment": "VIP", "cells": ["4-5 4-5 *"], "advice": "Call them."},
    {"segment": "Khách quen", "cells": ["1-3 4-5 *", "* 2,3 *"]},
    {"segment": "Others", "cells": ["* 1 *"]},
]
AS_OF = "2026-06-01 12:00Z"
SHOWN = ("frequency", "monetary", "recency_days", "recency_score", "frequency_score", "monetary_score", "segment")


@pytest.fixture
def shop(db):
    return Shop(db)


def published():
    return list(csv.DictReader((files("c360.demo") / "data" / "rfm_data_orders.csv").read_text().splitlines()))


@pytest.fixture
def published_shop(shop):
    rows = published()
    customers = {name: shop.customer() for name in sorted({row["customer_id"] for row in rows})}
    for start in range(0, len(rows), 1000):
        shop.send(
            Report(
                customers[row["customer_id"]],
                f"{row['order_date']} 12:00Z",
                {"order_id": f"R{number}", "revenue": row["revenue"]},
            )
            for number, row in enumerate(rows[start : start + 1000], start=start)
        )
    return shop


def problem_of(db, segments):
    """DETAIL of the refusal, or None when the segments are taken."""
    db.execute("SAVEPOINT before")
    refusal = None
    try:
        db.value("SELECT c360.set_rfm('acme', NULL, %s::jsonb)", json.dumps(segments))
    except psycopg.Error as error:
        refusal = (error.sqlstate, error.diag.message_detail)
    db.execute("ROLLBACK TO SAVEPOINT before")
    if refusal is None:
        return None
    assert refusal[0] == "U3410"
    return refusal[1]


def test_without_settings_the_eleven_segments_hold(db):
    named = db.call_rows("c360.rfm_segments", "acme")

    assert [row["segment"] for row in named] == db.column("SELECT segment FROM c360.rfm_segments ORDER BY position")
    assert sorted(cell for row in named for cell in row["cells"]) == CELLS
    assert {row["time_window"] for row in named} == {None}


def test_names_of_a_tenant_are_in_every_answer(shop):
    shop.order(shop.customer(), "2026-05-30 09:00Z", revenue=10)
    db = shop.session
    db.call("c360.refresh_scores", "acme", AS_OF)

    assert db.call("c360.set_rfm", "acme", None, THREE) is True
    assert db.call("c360.set_rfm", "acme", None, THREE) is False

    assert [
        (row["segment"], row["customers"], row["advice"]) for row in db.call_rows("c360.rfm_summary", "acme", AS_OF)
    ] == [
        ("VIP", 0, "Call them."),
        ("Khách quen", 0, ""),
        ("Others", 1, ""),
    ]
    assert [row["segment"] for row in shop.rfm(AS_OF).values()] == ["Others"]
    assert db.call("c360.refresh_scores", "acme", AS_OF)["segments_changed"] == 1
    body = json.loads(db.value("SELECT body FROM c360.messages WHERE type = 'score.changed' ORDER BY seq DESC LIMIT 1"))
    assert (body["data"]["from"], body["data"]["to"]) == ("New Customers", "Others")
    assert db.call("c360.set_rfm", "acme") is True
    assert len(db.call_rows("c360.rfm_summary", "acme", AS_OF)) == 11


def test_cells_without_a_name_and_with_several_are_listed(db):
    missing = problem_of(db, [{"segment": "A", "cells": ["1-4 * *", "5 1-4 *", "5 5 1,2,5"]}])
    double = problem_of(db, [{"segment": "A", "cells": ["* * *"]}, {"segment": "B", "cells": ["1 1 1-2"]}])

    assert missing == "without a name: 553, 554"
    assert double == "with several names: 111 (A, B), 112 (A, B)"


@pytest.mark.parametrize(
    ("segments", "problem"),
    [
        ([], "list of 1 to 125"),
        ({"VIP": ["* * *"]}, "list of 1 to 125"),
        ([{"segment": "A", "cells": "* * *"}], "segment 1 is not"),
        ([{"segment": "A"}], "segment 1 is not"),
        ([{"segment": "A", "cells": ["* * *"], "color": "red"}], "segment 1 is not"),
        ([{"segment": None, "cells": ["* * *"]}], "segment 1 is not"),
        ([{"segment": "", "cells": ["* * *"]}], "no name for a segment"),
        ([{"segment": "a\nb", "cells": ["* * *"]}], "no name for a segment"),
        ([{"segment": "New", "cells": ["* * *"]}], "no name for a segment"),
        ([{"segment": "gone", "cells": ["* * *"]}], "no name for a segment"),
        ([{"segment": "x" * 61, "cells": ["* * *"]}], "no name for a segment"),
        ([{"segment": "A", "cells": ["* * *"]}, {"segment": "A", "cells": []}], '"A" is there twice'),
        ([{"segment": "A", "cells": ["* *"]}], '"* *" cannot be read'),
        ([{"segment": "A", "cells": ["* * 6"]}], "cannot be read"),
        ([{"segment": "A", "cells": ["* * 1-"]}], "cannot be read"),
        ([{"segment": "A", "cells": ["* * **"]}], "cannot be read"),
        ([{"segment": "A", "cells": ["* * *\n"]}], "cannot be read"),
        ([{"segment": "A", "cells": [5]}], "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_said(db, segments, problem):
    assert problem in problem_of(db, segments)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.integers(0, 4), min_size=125, max_size=125),
    missing=st.sets(st.sampled_from(CELLS), max_size=3),
    double=st.sets(st.sampled_from(CELLS), max_size=3),
)
def test_a_partition_is_taken_and_anything_else_refused_with_exactly_the_cells(db, names, missing, double):
    of = {name: [] for name in sorted(set(names))}
    for cell, name in zip(CELLS, names, strict=True):
        if cell not in missing:
            of[name].append(" ".join(cell))
    double = double - missing
    if double:
        of[9] = [" ".join(cell) for cell in sorted(double)]

    problem = problem_of(db, [{"segment": f"S{name}", "cells": cells} for name, cells in of.items()])

    said = [f"without a name: {', '.join(sorted(missing))}"] if missing else []
    owner = dict(zip(CELLS, names, strict=True))
    listed = [f"{cell} (S{owner[cell]}, S9)" for cell in sorted(double)]
    said += [f"with several names: {', '.join(listed)}"] if double else []
    assert problem == ("; ".join(said) or None)


def test_the_table_itself_refuses_what_the_function_does(db):
    db.execute("SET LOCAL ROLE c360_owner")
    with pytest.raises(psycopg.Error) as refused:
        db.execute(
            "INSERT INTO c360.rfm_settings (tenant, segments) VALUES ('acme', %s)",
            [{"segment": "A", "cells": ["1 1 1"]}],
        )
    assert refused.value.sqlstate == "U3410"


def test_a_window_counts_the_orders_in_it_and_no_others(published_shop):
    """Days are counted from the file, not by what is tested."""
    db = published_shop.session
    within = [row for row in published() if "2006-01-01" <= row["order_date"] <= "2006-12-31"]
    orders = Counter(row["customer_id"] for row in within)

    db.call("c360.set_rfm", "acme", "12 months")
    found = list(published_shop.rfm("2006-12-31 20:00Z").values())

    assert len(found) == len(orders)
    assert sorted(row["frequency"] for row in found) == sorted(orders.values())
    assert sum(row["monetary"] for row in found) == sum(int(row["revenue"]) for row in within)
    champions = db.call_rows("c360.rfm_summary", "acme", "2006-12-31 20:00Z")
    assert sum(row["customers"] for row in champions) == len(orders)


@pytest.mark.parametrize(
    ("window", "in_it"), [("1 day", 1), ("2 days", 2), ("1 month", 3), ("31 days", 3), ("32 days", 4)]
)
def test_today_is_the_last_day_of_the_window_in_the_zone_of_the_tenant(shop, window, in_it):
    db, anna = shop.session, shop.customer()
    db.execute("UPDATE c360.tenants SET time_zone = 'Asia/Ho_Chi_Minh' WHERE tenant = 'acme'")
    # Just after midnight there: 1 June, 31 May, 2 May, 1 May.
    for day in ("2026-05-31", "2026-05-30", "2026-05-01", "2026-04-30"):
        shop.order(anna, f"{day} 17:30Z", revenue=10)

    db.call("c360.set_rfm", "acme", window)

    row = shop.rfm("2026-06-01 16:00Z")[anna.profile_id]
    assert (row["frequency"], row["monetary"]) == (in_it, 10 * in_it)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    orders=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60), st.integers(1, 99), st.booleans()), max_size=25),
    days=st.integers(1, 61),
)
def test_scores_in_a_window_are_those_of_a_shop_without_older_orders(shop, orders, days):
    db = shop.session
    db.execute("SAVEPOINT play")
    customers = [shop.customer() for _ in range(5)]
    names = {customer.profile_id: number for number, customer in enumerate(customers)}
    reports = []
    for number, (who, age, revenue, is_refunded) in enumerate(orders):
        when = db.value("SELECT (timestamptz '2026-06-01 10:00Z' - make_interval(days => %s))::text", age)
        reports.append(Report(customers[who], when, {"order_id": f"o{number}", "revenue": revenue}))
        if is_refunded:
            reports.append(
                Report(
                    customers[who],
                    "2026-06-01 11:00Z",
                    {"order_id": f"o{number}", "revenue": 1},
                    event="Order Refunded",
                )
            )
    if reports:
        shop.send(reports)

    def seen():
        return {names[profile]: [row[column] for column in SHOWN] for profile, row in shop.rfm(AS_OF).items()}

    db.call("c360.set_rfm", "acme", f"{days} days")
    in_window = seen()
    db.call("c360.set_rfm", "acme")
    db.execute(
        "DELETE FROM cdp_purchases WHERE kind = 'order'"
        " AND occurred_at < timestamptz '2026-06-02' - make_interval(days => %s)",
        days,
    )
    without = seen()
    db.execute("ROLLBACK TO SAVEPOINT play")
    shop.enter()

    assert in_window == without


def test_golden_records_keep_their_whole_value_and_recency_and_lose_their_segment(shop):
    db, anna = shop.session, shop.customer()
    shop.order(anna, "2026-03-01 09:00Z", revenue=10)
    shop.order(anna, "2026-03-01 10:00Z", revenue=10, currency="EUR")
    db.call("c360.refresh_scores", "acme", AS_OF)

    db.call("c360.set_rfm", "acme", "30 days")
    db.call("c360.refresh_scores", "acme", AS_OF)

    assert shop.rfm(AS_OF) == {}
    assert db.row("SELECT rfm_segment, recency_score, purchase_warnings FROM cdp_profile_metrics") == (
        None,
        25,
        {"other_currency_orders": 1},
    )
    assert shop.facts(anna)["total_orders"] == 2
    body = json.loads(db.value("SELECT body FROM c360.messages WHERE type = 'score.changed' ORDER BY seq DESC LIMIT 1"))
    assert body["data"]["to"] is None


def test_the_window_is_written_down_with_the_scores(shop):
    db = shop.session
    shop.order(shop.customer(), "2026-05-30 09:00Z", revenue=10)
    db.call("c360.set_rfm", "acme", "24 months")

    db.call("c360.refresh_scores", "acme", AS_OF)

    assert db.value("SELECT parameters ->> 'window' FROM c360.score_models WHERE model = 'rfm'") == "24 months"


@pytest.mark.parametrize(
    "window", ["0 days", "-1 days", "1 hour", "1 day 1 hour", "1 month 1 day", "102 years", "2 mons -59 days"]
)
def test_windows_that_are_no_days_or_months_are_refused(db, window):
    with pytest.raises(psycopg.Error) as refused:
        db.value("SELECT c360.set_rfm('acme', %s::interval)", window)
    assert refused.value.sqlstate == "U3410"


def test_a_month_and_thirty_days_are_two_windows(db):
    assert [db.call("c360.set_rfm", "acme", window) for window in ("1 month", "30 days", "30 days", "1 year")] == [
        True,
        True,
        False,
        True,
    ]
    assert db.call_rows("c360.rfm_segments", "acme")[0]["time_window"] == "12 months"


def test_movement_of_the_published_orders_agrees_with_both_summaries(published_shop):
    db = published_shop.session
    moved = db.call_rows("c360.rfm_movement", "acme", "2005-12-31", "2006-12-31")

    def summed(end, of):
        totals = Counter()
        for row in moved:
            totals[row[end]] += row[of]
        return {name: count for name, count in totals.items() if count}

    def summary(as_of, column):
        return {row["segment"]: row[column] for row in db.call_rows("c360.rfm_summary", "acme", as_of) if row[column]}

    before, after = summary("2005-12-31", "customers"), summary("2006-12-31", "customers")
    new = summed("from_segment", "customers").pop("new")
    assert {name: count for name, count in summed("from_segment", "customers").items() if name != "new"} == before
    assert summed("to_segment", "customers") == after
    assert summed("to_segment", "orders") == summary("2006-12-31", "orders")
    assert summed("to_segment", "revenue") == summary("2006-12-31", "revenue")
    assert new == sum(after.values()) - sum(before.values())


def test_who_leaves_the_window_is_gone_and_who_begins_is_new(shop):
    db, gone, new, stays = shop.session, shop.customer(), shop.customer(), shop.customer()
    shop.order(gone, "2026-04-20 09:00Z", revenue=7)
    shop.order(new, "2026-05-20 09:00Z", revenue=20)
    for day in ("2026-04-20", "2026-05-20"):
        shop.order(stays, f"{day} 09:00Z", revenue=30)
    db.call("c360.set_rfm", "acme", "30 days", [{"segment": "All", "cells": ["* * *"]}])

    rows = db.rows("SELECT * FROM c360.rfm_movement('acme', '2026-05-01', '2026-06-01')")

    assert rows == [("new", "All", 1, 1, 20), ("All", "All", 1, 1, 30), ("All", "gone", 1, 1, 7)]


def test_the_view_shows_the_last_thirty_days_to_readers(shop):
    db = shop.session
    db.execute("SELECT set_config('search_path', 'pg_catalog, tenant_acme, pg_temp', true)")
    shop.order(shop.customer(), db.value("SELECT (now() - interval '10 days')::text"), revenue=10)

    db.execute("SET LOCAL ROLE c360_owner")
    db.execute("GRANT c360_acme_reader TO dba")
    db.execute("SET LOCAL ROLE c360_acme_reader")

    assert db.rows("SELECT from_segment, customers FROM tenant_acme.cdp_rfm_movement") == [("new", 1)]
    with pytest.raises(psycopg.Error) as refused:
        db.call("tenant_acme.set_rfm", "30 days")
    assert refused.value.sqlstate == "42501"


def test_a_file_sets_it_an_export_gives_it_back_and_a_dump_takes_it_along(connect, tmp_path):
    session = connect(autocommit=True)
    wanted = {
        "window": "24 months",
        "segments": {
            entry["segment"]: {key: entry[key] for key in ("cells", "advice") if key in entry} for entry in THREE
        },
    }
    file = tmp_path / "acme.yaml"

    def apply(rfm):
        file.write_text(yaml.safe_dump({"tenant": "acme", **({} if rfm is None else {"rfm": rfm})}, sort_keys=False))
        return apply_declaration(session.connection, read_declaration(file), Permissions(), lambda _: True)

    first, untouched = apply(wanted), apply(None)
    exported = yaml.safe_load(export_tenant(session.connection, "acme"))
    again = apply(exported["rfm"])
    dump_tenant(session.connection, "acme", tmp_path / "acme.c360", lambda *_: None)
    restore_tenant(session.connection, tmp_path / "acme.c360", "acme_two", lambda *_: None)
    back = apply({})

    assert first.changes == ("rfm: window None becomes '24 months'; segments become VIP, Khách quen, Others",)
    assert untouched.is_empty
    assert again.is_empty
    assert exported["rfm"] == wanted
    assert list(exported["rfm"]["segments"]) == ["VIP", "Khách quen", "Others"]
    assert [row["segment"] for row in session.call_rows("c360.rfm_segments", "acme_two")] == list(wanted["segments"])
    assert back.changes == ("rfm: window '24 months' becomes None; segments become those of c360",)
    assert "rfm" not in yaml.safe_load(export_tenant(session.connection, "acme"))


@pytest.mark.parametrize(
    ("rfm", "place"),
    [
        ({"window": "2 weeks"}, "rfm.window"),
        ({"window": "0 days"}, "rfm.window"),
        ({"windows": "30 days"}, "rfm.windows"),
        ({"segments": {"A": {"cells": ["6 * *"]}}}, "rfm.segments.A.cells"),
        ({"segments": {"A": {"cell": ["* * *"]}}}, "rfm.segments.A.cell"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_place(tmp_path, rfm, place):
    file = tmp_path / "acme.yaml"
    file.write_text(yaml.safe_dump({"tenant": "acme", "rfm": rfm}))

    with pytest.raises(UsageError) as caught:
        read_declaration(file)

    assert place in caught.value.detail


def test_every_change_is_audited_and_told(db):
    db.call("c360.set_rfm", "acme", "30 days")
    db.call("c360.set_rfm", "acme")

    assert db.column("SELECT action FROM c360.audit_log WHERE action LIKE 'rfm_settings.%' ORDER BY audit_id") == [
        "rfm_settings.added",
        "rfm_settings.removed",
    ]
    assert db.value("SELECT count(*) FROM c360.messages WHERE key = 'rfm_settings'") == 2
