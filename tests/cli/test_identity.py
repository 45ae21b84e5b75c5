"""`c360 identity`: what it did, what it could not do, and who is in the way."""

import json

from support.observations import observe


def test_resolve_says_what_was_parked_and_status_counts_it(c360, database, connect):
    person = connect(autocommit=True)
    raw = observe(person, user_id="u1")
    person.execute(
        f"ALTER TABLE tenant_acme.cdp_profile_links ADD CONSTRAINT refuse CHECK (raw_profile_id <> {raw}) NOT VALID"
    )

    done = c360("identity", "resolve", "acme", "--dsn", database.dsn)
    status = c360("identity", "status", "acme", "--json", "--dsn", database.dsn)

    assert done.returncode == 0
    assert "1 rows could not be resolved" in done.stderr
    assert (json.loads(status.stdout)["failures"], json.loads(status.stdout)["queue_depth"]) == (1, 0)


def test_resolve_exits_1_while_an_edit_is_open(c360, database, connect):
    person, editor = connect(autocommit=True), connect()
    observe(person, user_id="u1")
    assert c360("identity", "resolve", "acme", "--dsn", database.dsn).returncode == 0
    editor.execute("UPDATE tenant_acme.cdp_master_profiles SET first_name = 'An'")

    assert c360("identity", "resolve", "acme", "--dsn", database.dsn).returncode == 1
