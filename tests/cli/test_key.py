"""`c360 key`: a key is printed once, works, is listed without being shown, and can be ended."""

import hashlib
import json

from support.events import page


def test_a_created_key_is_printed_once_and_opens_the_door(c360, database, connect):
    created = c360(
        "key", "create", "acme", "--source", "web", "--origin", "https://shop.example", "--dsn", database.dsn
    )

    assert created.returncode == 0, created.stderr
    key = created.stdout.strip()
    assert key.startswith("c360_wk_")
    assert key not in created.stderr
    session = connect()
    answer = session.call(
        "c360_v1.receive", hashlib.sha256(key.encode()).digest(), "page", json.dumps(page("m1")), "https://shop.example"
    )
    assert answer["accepted"] == 1
    listed = c360("key", "list", "acme", "--json", "--dsn", database.dsn)
    assert key not in listed.stdout
    [row] = json.loads(listed.stdout)
    assert (row["name"], row["kind"], row["allowed_origins"]) == ("web-write", "write", ["https://shop.example"])


def test_a_secret_key_says_what_it_is(c360, database):
    created = c360("key", "create", "acme", "--source", "crm", "--kind", "secret", "--json", "--dsn", database.dsn)

    assert json.loads(created.stdout)["key"].startswith("c360_sk_")


def test_revoking_twice_is_harmless_and_an_unknown_key_is_named(c360, database):
    c360("key", "create", "acme", "--source", "web", "--dsn", database.dsn)

    outcomes = [c360("key", "revoke", "acme", "web-write", "--yes", "--json", "--dsn", database.dsn) for _ in range(2)]
    unknown = c360("key", "revoke", "acme", "nobody", "--yes", "--dsn", database.dsn)

    assert [json.loads(done.stdout)["revoked_now"] for done in outcomes] == [True, False]
    assert unknown.returncode == 1
    assert unknown.stderr.startswith("U1405")


def test_wrong_origins_and_taken_names_are_refused(c360, database):
    wrong = c360("key", "create", "acme", "--source", "web", "--origin", "shop.example/", "--dsn", database.dsn)
    first = c360("key", "create", "acme", "--source", "web", "--dsn", database.dsn)
    second = c360("key", "create", "acme", "--source", "web", "--dsn", database.dsn)

    assert (wrong.returncode, wrong.stderr[:5]) == (1, "U1408")
    assert first.returncode == 0
    assert (second.returncode, second.stderr[:5]) == (1, "U1409")


def test_a_dry_run_prints_sql_that_makes_the_key_it_names(c360, database, connect):
    done = c360("key", "create", "acme", "--source", "web", "--dry-run", "--dsn", database.dsn)

    session = connect()
    assert session.value("SELECT count(*) FROM c360.list_api_keys('acme')") == 0
    session.execute(done.stdout)
    session.commit()
    key = next(word for word in done.stderr.split() if word.startswith("c360_wk_"))
    sha256 = hashlib.sha256(key.encode()).digest()
    assert session.call("c360_v1.receive", sha256, "page", json.dumps(page("m1")))["accepted"] == 1


def test_revoking_asks_first_and_a_dry_run_only_prints(c360, database, connect):
    c360("key", "create", "acme", "--source", "web", "--dsn", database.dsn)

    unanswered = c360("key", "revoke", "acme", "web-write", "--dsn", database.dsn)
    printed = c360("key", "revoke", "acme", "web-write", "--dry-run", "--dsn", database.dsn)

    assert (unanswered.returncode, unanswered.stdout, "--yes" in unanswered.stderr) == (2, "", True)
    session = connect()
    assert session.value("SELECT revoked_at FROM c360.list_api_keys('acme')") is None
    session.execute(printed.stdout)
    assert session.value("SELECT revoked_at FROM c360.list_api_keys('acme')") is not None
