"""`c360 rates`: set, list and import exchange rates; dry runs change nothing."""

import json

RATES = "SELECT currency, day::text, rate::text FROM tenant_acme.cdp_currency_rates ORDER BY 1, 2"


def test_rates_are_set_listed_and_removed(c360, db, database):
    done = c360("rates", "set", "acme", "EUR=1.08", "VND=0.0000394", "--day", "2026-06-01", "--dsn", database.dsn)
    assert done.returncode == 0, done.stderr
    assert "2 rates set" in done.stderr

    listed = c360("rates", "list", "acme", "--json", "--dsn", database.dsn)
    assert [(rate["currency"], rate["day"], rate["rate"]) for rate in json.loads(listed.stdout)] == [
        ("EUR", "2026-06-01", "1.08"),
        ("VND", "2026-06-01", "0.0000394"),
    ]

    c360("rates", "set", "acme", "EUR=none", "--day", "2026-06-01", "--dsn", database.dsn)
    shown = c360("rates", "list", "acme", "--dsn", database.dsn)
    assert ("0.0000394" in shown.stdout, "EUR" in shown.stdout) == (True, False)


def test_a_file_is_imported_and_again_changes_nothing(c360, db, database, tmp_path):
    file = tmp_path / "rates.csv"
    file.write_text("Currency,Day,Rate,Source\neur,2026-06-01,1.08,ecb\nGBP,2026-06-01, 1.27 ,ecb\n")

    dry = c360("rates", "import", "acme", str(file), "--dry-run", "--json", "--dsn", database.dsn)
    assert (json.loads(dry.stdout)["set"], db.rows(RATES)) == (2, [])
    db.rollback()
    first = c360("rates", "import", "acme", str(file), "--dsn", database.dsn)
    again = c360("rates", "import", "acme", str(file), "--json", "--dsn", database.dsn)

    assert first.returncode == 0, first.stderr
    assert json.loads(again.stdout) == {"set": 0, "removed": 0, "unchanged": 2, "orders": 0, "dry_run": False}
    assert db.rows(RATES) == [("EUR", "2026-06-01", "1.08"), ("GBP", "2026-06-01", "1.27")]


def test_a_file_with_a_rate_that_cannot_be_right_changes_nothing(c360, db, database, tmp_path):
    file = tmp_path / "rates.csv"
    file.write_text("currency,day,rate\nEUR,2026-06-01,1.08\nGBP,2026-06-01,\n")

    done = c360("rates", "import", "acme", str(file), "--dsn", database.dsn)

    assert (done.returncode, done.stderr[:5], "rate 2" in done.stderr) == (1, "U3151", True)
    assert db.rows(RATES) == []


def test_wrong_usage_is_said(c360, database, tmp_path):
    file = tmp_path / "rates.csv"
    file.write_text("code,date\nEUR,2026-06-01\n")

    answers = [
        c360("rates", "set", "acme", "EUR", "--dsn", database.dsn),
        c360("rates", "import", "acme", str(file), "--dsn", database.dsn),
        c360("rates", "import", "acme", str(tmp_path / "none.csv"), "--dsn", database.dsn),
    ]

    assert [answer.returncode for answer in answers] == [2, 2, 2]
