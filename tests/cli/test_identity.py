"""`c360 identity`: what it did, what it could not do, and who is in the way."""

import json

from support.observations import observe, partition, resolve


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


def test_a_preview_prints_pairs_and_golden_records_and_changes_nothing(c360, database, connect, tmp_path):
    session = connect(autocommit=True)
    first, second = (
        observe(session, traits={"firstName": first, "lastName": "Smith", "birthday": "1990-02-03"})
        for first in ("Katharine", "Catharine")
    )
    resolve(session)
    kept = partition(session)
    path = tmp_path / "acme.yaml"
    path.write_text(
        "tenant: acme\nmatch_rules:\n  namesakes:\n    kind: composite\n    definition:\n      all:\n"
        "        - {attribute: date_of_birth, compare: exact}\n        - {attribute: last_name, compare: exact}\n"
    )

    done = c360("identity", "preview", str(path), "--dsn", database.dsn)
    document = json.loads(c360("identity", "preview", str(path), "--json", "--dsn", database.dsn).stdout)

    assert done.returncode == 0
    assert f"pair+   {first} and {second}: namesakes, match" in done.stdout
    assert "merged  " in done.stdout
    assert "match_rules.namesakes: new" in done.stderr
    assert "nothing was changed" in done.stderr
    assert (document["counts"]["merged"], document["pairs"]["counts"]["added"]) == (1, 1)
    assert partition(session) == kept


def test_resolve_exits_1_while_an_edit_is_open(c360, database, connect):
    person, editor = connect(autocommit=True), connect()
    observe(person, user_id="u1")
    assert c360("identity", "resolve", "acme", "--dsn", database.dsn).returncode == 0
    editor.execute("UPDATE tenant_acme.cdp_master_profiles SET first_name = 'An'")

    assert c360("identity", "resolve", "acme", "--dsn", database.dsn).returncode == 1
