"""`c360 score`: segments as a table or JSON, and the refresh with its twin in SQL."""

import json

import pytest

from support.contracts import tell_of_contracts
from support.histories import repeaters
from support.leads import GOAL, play_leads
from support.shop import Shop


@pytest.fixture
def shop(db, database):
    """A clone with one customer who bought for 12.34 a week before 2026-06-01."""
    shop = Shop(db)
    shop.order(shop.customer(), "2026-05-25 12:00Z", revenue="12.34")
    db.commit()
    return shop


def test_segments_as_json_keep_money_exact(c360, shop, database):
    done = c360("score", "rfm", "acme", "--as-of", "2026-06-01", "--json", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    segments = {row["segment"]: row for row in json.loads(done.stdout, parse_float=str)}
    assert len(segments) == 11
    newest = segments["New Customers"]
    assert (newest["customers"], newest["orders"], newest["revenue"]) == (1, 1, "12.34")
    assert newest["median_recency_days"] == 7


def test_segments_as_a_table_for_people(c360, shop, database):
    done = c360("score", "rfm", "acme", "--as-of", "2026-06-01", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    (line,) = (line for line in done.stdout.splitlines() if "New Customers" in line)
    assert line.split()[:6] == ["New", "Customers", "1", "1", "12.34", "7"]
    assert "tenant_acme.cdp_rfm" in done.stderr


def test_refresh_stores_the_scores(c360, shop, database):
    done = c360("score", "refresh", "acme", "--as-of", "2026-06-01", "--json", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["segments_changed"] == 1
    assert shop.session.value("SELECT rfm_segment FROM tenant_acme.cdp_profile_metrics") == "New Customers"


def test_the_sql_of_a_dry_run_does_the_same(c360, shop, database):
    dry = c360("score", "refresh", "acme", "--as-of", "2026-06-01", "--dry-run", "--dsn", database.dsn)

    assert shop.session.value("SELECT count(*) FROM tenant_acme.cdp_profile_metrics") == 0
    assert shop.session.value(dry.stdout)["segments_changed"] == 1


def test_an_unknown_tenant_and_a_bad_time_are_refused(c360, database):
    unknown = c360("score", "rfm", "nowhere", "--dsn", database.dsn)
    bad_time = c360("score", "rfm", "acme", "--as-of", "yesterdayish", "--dsn", database.dsn)

    assert (unknown.returncode, unknown.stderr[:5]) == (1, "U4404")
    assert (bad_time.returncode, bad_time.stderr[:5]) == (2, "U9100")


@pytest.fixture
def busy_shop(db, database):
    """A clone with 60 customers who bought on three to five days from January 2026 on."""
    shop = Shop(db)
    for days in ((0, 10, 25), (0, 30), (0, 5, 9, 14, 90), (0,)):
        repeaters(shop, 15, days=days)
    db.commit()
    return shop


def test_a_fit_is_printed_judged_and_kept(c360, busy_shop, database):
    done = c360("score", "fit", "acme", "--as-of", "2026-06-01", "--dsn", database.dsn)
    shown = c360("score", "show", "acme", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    assert "fitted to 60 customers" in done.stderr
    assert "tenant_acme.cdp_clv" in done.stderr
    lines = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line.strip()}
    assert float(lines["r"][1]) > 0
    assert {"RMSE", "Brier", "bias"} <= lines.keys()
    assert shown.stdout == done.stdout


def test_a_fit_as_json_is_the_row_that_is_kept(c360, busy_shop, database):
    done = c360("score", "fit", "acme", "--as-of", "2026-06-01", "--months", "6", "--json", "--dsn", database.dsn)
    shown = c360("score", "show", "acme", "--json", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(shown.stdout)
    assert json.loads(done.stdout)["months"] == 6


def test_a_dry_run_of_a_fit_keeps_nothing(c360, busy_shop, database):
    dry = c360("score", "fit", "acme", "--as-of", "2026-06-01", "--dry-run", "--dsn", database.dsn)

    assert busy_shop.session.value("SELECT count(*) FROM tenant_acme.cdp_model_fits") == 0
    assert busy_shop.session.value(dry.stdout)["is_active"] is True


def test_too_few_customers_are_said_and_no_error(c360, shop, database):
    done = c360("score", "fit", "acme", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    assert "not enough customers who bought again: 0 of 10" in done.stderr
    assert done.stdout == ""


def test_judging_keeps_nothing(c360, busy_shop, database):
    done = c360("score", "validate", "acme", "--as-of", "2026-06-01", "--json", "--dsn", database.dsn)
    drawn = c360("score", "validate", "acme", "--as-of", "2026-06-01", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["customers"] == 60
    assert "decile" in drawn.stdout
    assert busy_shop.session.value("SELECT count(*) FROM tenant_acme.cdp_model_fits") == 0


def test_what_no_model_can_be_asked_for_is_refused(c360, busy_shop, database):
    done = c360("score", "fit", "acme", "--months", "0", "--dsn", database.dsn)

    assert done.returncode == 1
    assert done.stderr.startswith("U3430")


def test_movement_is_a_matrix_for_people_and_rows_for_programs(c360, shop, database):
    shop.enter()
    shop.order(shop.customer(), "2026-03-01 12:00Z", revenue="5")
    shop.session.commit()
    times = ("--since", "2026-05-01", "--until", "2026-06-01", "--dsn", database.dsn)

    people = c360("score", "movement", "acme", *times)
    programs = json.loads(c360("score", "movement", "acme", *times, "--json").stdout, parse_float=str)

    assert people.returncode == 0, people.stderr
    lines = {line[:18].strip(): line.split() for line in people.stdout.splitlines()}
    assert lines["from"] == ["from", *map(str, range(1, 12))]
    assert lines["new"][-1] == "1"
    assert sum(row["customers"] for row in programs) == 2
    assert [row["revenue"] for row in programs if row["from_segment"] == "new"] == ["12.34"]


def test_movement_of_an_unknown_time_is_refused(c360, shop, database):
    done = c360("score", "movement", "acme", "--since", "yesteryear", "--dsn", database.dsn)

    assert done.returncode == 2
    assert done.stderr.startswith("U9100: --since")


def test_explain_shows_parts_that_add_up(c360, shop, database):
    profile_id = str(shop.session.value("SELECT master_profile_id FROM tenant_acme.cdp_master_profiles"))

    people = c360("score", "explain", "acme", profile_id, "rfm_segment", "--dsn", database.dsn)
    programs = c360("score", "explain", "acme", profile_id, "rfm_segment", "--json", "--dsn", database.dsn)

    assert people.returncode == 0, people.stderr
    points = [row["points"] for row in json.loads(programs.stdout)]
    assert len(points) == 3
    lines = {line.split()[0]: line.split() for line in people.stdout.splitlines() if line.strip()}
    assert lines["recency_score"][2] == str(points[0])
    assert lines["rfm_segment"][1] == str(sum(points))


def test_explain_says_that_there_is_no_score_and_refuses_what_is_none(c360, shop, database):
    profile_id = str(shop.session.value("SELECT master_profile_id FROM tenant_acme.cdp_master_profiles"))

    without = c360("score", "explain", "acme", profile_id, "inactivity", "--dsn", database.dsn)
    no_fit = c360("score", "explain", "acme", profile_id, "lead_probability", "--dsn", database.dsn)
    unknown = c360("score", "explain", "acme", profile_id, "charm", "--dsn", database.dsn)

    assert (without.returncode, without.stdout) == (0, "")
    assert "has no inactivity" in without.stderr
    assert "there is no fit" in no_fit.stderr
    assert (unknown.returncode, unknown.stderr[:5]) == (1, "U3412")
    assert "engagement" in unknown.stderr


def test_a_model_of_leads_is_fitted_judged_shown_and_explained(c360, db, database):
    play_leads(db)
    features = {"clicks": {"event": "Clicked"}, "mail": {"attribute": "email"}, "known": {"metric": "days_since_first"}}
    db.call("c360.set_lead_model", "acme", GOAL, 30, features)
    db.commit()
    place = ("--dsn", database.dsn)

    done = c360("score", "fit", "acme", "lead", *place)
    shown = c360("score", "show", "acme", "lead", *place)
    judged = c360("score", "validate", "acme", "lead", "--json", *place)
    person = db.value("SELECT master_profile_id FROM tenant_acme.cdp_lead_model ORDER BY probability DESC LIMIT 1")
    said = c360("score", "explain", "acme", str(person), "lead_probability", *place)

    assert done.returncode == 0, done.stderr
    assert 'left out: feature "known" is the same for all leads' in done.stderr
    assert "tenant_acme.cdp_lead_model" in done.stderr
    assert {"(of", "clicks", "mail", "decile", "AUC", "Brier", "log-loss"} <= {
        line.split()[0] for line in done.stdout.splitlines() if line.strip()
    }
    assert shown.stdout == done.stdout
    assert 0.6 < json.loads(judged.stdout)["auc"] < 1
    assert "everybody" in said.stdout
    assert "to reach" in " ".join(said.stdout.split())


def test_without_a_model_of_leads_that_is_said(c360, shop, database):
    done = c360("score", "fit", "acme", "lead", "--dsn", database.dsn)

    assert (done.returncode, done.stdout) == (0, "")
    assert "no model of leads" in done.stderr


def test_an_option_of_another_model_is_refused(c360, database):
    done = c360("score", "fit", "acme", "lead", "--months", "6", "--dsn", database.dsn)

    assert done.returncode == 2
    assert "the model of lead has no --months" in done.stderr


def test_a_model_of_subscriptions_is_fitted_judged_and_shown(c360, db, database):
    db.call("c360.set_subscription", "acme", {"period": "30 days"})
    tell_of_contracts(db, [0] * 60 + [1] * 40 + [2] * 20 + [5] * 60, begun=170)
    db.commit()
    place = ("--dsn", database.dsn)

    done = c360("score", "fit", "acme", "subscriptions", "--periods", "6", *place)
    shown = c360("score", "show", "acme", "subscriptions", *place)
    judged = c360("score", "validate", "acme", "subscriptions", "--holdout-periods", "3", "--json", *place)

    assert done.returncode == 0, done.stderr
    assert "sBG fitted to 180 contracts" in done.stderr
    assert "tenant_acme.cdp_subscriptions" in done.stderr
    assert {"alpha", "beta", "renewals", "bias", "Brier"} <= {
        line.split()[0] for line in done.stdout.splitlines() if line.strip()
    }
    assert shown.stdout == done.stdout
    assert json.loads(judged.stdout)["reached"] == 60


def test_without_subscriptions_that_is_said(c360, shop, database):
    done = c360("score", "fit", "acme", "subscriptions", "--dsn", database.dsn)

    assert (done.returncode, done.stdout) == (0, "")
    assert "no subscriptions" in done.stderr
