"""`c360 profile`: who was meant is understood or said to be unclear; attributes come in the order of the metadata."""

import json

import pytest

from support.events import identify, ingest


@pytest.fixture
def lan(connect):
    session = connect(autocommit=True)
    ingest(session, identify("u1", "m1", email="lan@example.com", firstName="Lan"))
    session.call("c360.resolve_identities", "acme")
    return session.call("c360.profile", "acme", "user_id", "u1")


@pytest.mark.parametrize(
    ("typed", "advice"),
    [("lan@example.com", "email=lan@example.com"), ("+84912345678", "phone=+84912345678"), ("u1", "user_id=u1")],
)
@pytest.mark.parametrize("verb", ["show", "explain", "history"])
def test_a_bare_value_is_wrong_usage_and_the_answer_says_how_to_write_it(c360, database, verb, typed, advice):
    done = c360("profile", verb, "acme", typed, "--dsn", database.dsn)

    assert done.returncode == 2
    assert advice in done.stderr


def test_a_profile_id_needs_no_type(c360, database, lan):
    done = c360("profile", "show", "acme", lan["profile_id"], "--json", "--dsn", database.dsn)

    assert json.loads(done.stdout)["email"] == "lan@example.com"


def test_nobody_is_refused_by_the_database(c360, database):
    done = c360("profile", "show", "acme", "email=nobody@example.com", "--dsn", database.dsn)

    assert (done.returncode, done.stderr[:5]) == (1, "U2404")


def test_attributes_are_shown_in_the_order_of_the_metadata(c360, database, connect, lan):
    metadata = connect().call("c360.tenant_metadata", "acme")
    order = [attribute["attribute"] for attribute in metadata["attributes"] if attribute["attribute"] in lan]

    done = c360("profile", "show", "acme", "user_id=u1", "--dsn", database.dsn)

    first_words = [line.split()[0] for line in done.stdout.splitlines() if line.strip()]
    shown = first_words[first_words.index("attribute") + 1 : first_words.index("identifier")]
    assert shown == order
    assert shown.index("email") < shown.index("first_name")


def test_what_a_customer_sent_is_shown_as_it_is(c360, database, connect):
    session = connect(autocommit=True)
    ingest(session, identify("u2", "m2", firstName="[/b] [red]Lan"))
    session.call("c360.resolve_identities", "acme")

    done = c360("profile", "show", "acme", "user_id=u2", "--dsn", database.dsn)

    assert done.returncode == 0
    assert "[/b] [red]Lan" in done.stdout


@pytest.mark.parametrize("command", ["show", "explain"])
def test_nothing_a_customer_sent_commands_the_terminal(c360, database, connect, command):
    session = connect(autocommit=True)
    ingest(session, identify("u3", "m3", email="lan\x1b[2J@example.com", firstName="Lan\x1b]0;owned\x07"))
    session.call("c360.resolve_identities", "acme")

    done = c360("profile", command, "acme", "user_id=u3", "--dsn", database.dsn)

    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout


ERASED = """\
 table                  rows
 cdp_activity           1
 cdp_behavioral_events  1
 cdp_event_ids          1
 cdp_master_profiles    1
 cdp_profile_history    1
 cdp_profile_links      1
 cdp_profile_metrics    1
 cdp_raw_identifiers    2
 cdp_raw_profiles       1
 cdp_standard_profiles  1
 messages               1
"""


def test_a_person_is_erased_after_a_look_and_a_yes(c360, database, connect, lan):
    erase = ("profile", "erase", "acme", "email=lan@example.com", "--reason", "case 17", "--dsn", database.dsn)

    foreseen = c360(*erase, "--dry-run")
    unanswered = c360(*erase)
    done = c360(*erase, "--yes")
    again = c360(*erase, "--yes")

    assert [line.rstrip() for line in done.stdout.splitlines()] == ERASED.splitlines()
    assert foreseen.stdout == done.stdout
    assert "nothing was changed" in foreseen.stderr
    assert unanswered.returncode == 2
    assert done.stderr == "Erasure 2. Identifiers refused from now on: 2.\n"
    assert (again.returncode, again.stderr[:5]) == (1, "U2404")


def test_events_stay_when_a_person_is_anonymised(c360, database, connect, lan):
    typed = ("profile", "erase", "acme", "user_id=u1", "--anonymise", "--reason", "case 17", "--yes", "--json")

    done = c360(*typed, "--dsn", database.dsn)

    assert json.loads(done.stdout)["mode"] == "anonymise"
    assert connect().column("SELECT payload FROM tenant_acme.cdp_behavioral_events") == [{"type": "identify"}]


def test_a_reason_is_asked_for(c360, database, lan):
    done = c360("profile", "erase", "acme", "user_id=u1", "--yes", "--dsn", database.dsn)

    assert done.returncode == 2


@pytest.fixture
def some(connect):
    session = connect(autocommit=True)
    people = [
        identify("u1", "m1", name="Nguyễn Văn An", city="Hanoi"),
        identify("u2", "m2", name="Trần Bình", city="Hue", nationalId="079188001234"),
        identify("u3", "m3", name="Lê\x1b[2J An", city="Hue"),
    ]
    ingest(session, *people)
    session.call("c360.resolve_identities", "acme")


def _ids(text):
    return [row["user_id"] for row in json.loads(text)["profiles"]]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["list", "acme", "--order", "user_id"], ["u1", "u2", "u3"]),
        (["list", "acme", "--where", "city=eq.Hue", "--where", "user_id=not.eq.u2"], ["u3"]),
        (["list", "acme", "--order", "user_id.desc", "--limit", "1", "--offset", "1"], ["u2"]),
        (["search", "acme", "an", "--order", "user_id"], ["u1", "u3"]),
        (["search", "acme", "nguyen AN"], ["u1"]),
        (["search", "acme", "nobody"], []),
    ],
)
def test_golden_records_are_listed_and_found(c360, database, some, typed, expected):
    done = c360("profile", *typed, "--json", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    assert _ids(done.stdout) == expected


def test_a_list_goes_on_where_it_ended_and_counts(c360, database, some):
    columns = ("--columns", "user_id,national_ids")
    first = c360("profile", "list", "acme", "--limit", "2", "--count", *columns, "--json", "--dsn", database.dsn)
    begun = json.loads(first.stdout)
    second = c360("profile", "list", "acme", "--after", begun["next_after"], *columns, "--json", "--dsn", database.dsn)

    assert begun["total"] == 3
    assert sorted(_ids(first.stdout) + _ids(second.stdout)) == ["u1", "u2", "u3"]
    assert "079188001234" not in first.stdout + second.stdout


def test_a_list_for_people_is_a_table_that_commands_no_terminal(c360, database, some):
    done = c360("profile", "list", "acme", "--count", "--dsn", database.dsn)

    assert done.stdout.split()[:2] == ["master_profile_id", "full_name"]
    assert len(done.stdout.splitlines()) == 4
    assert "\x1b" not in done.stdout
    assert "3 golden records" in done.stderr


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (["list", "acme", "--where", "city"], 2),
        (["list", "acme", "--where", "city=Hue"], 2),
        (["list", "acme", "--order", "city.up"], 2),
        (["list", "acme", "--limit", "1001"], 2),
        (["search", "acme", " "], 2),
        (["export", "acme", "--columns", "city::text"], 2),
        (["export", "acme", "--output", "/no/such/folder/all.csv"], 2),
        (["list", "acme", "--where", "nothing=eq.1"], 2),
        (["list", "nobody"], 1),
    ],
)
def test_what_cannot_be_listed_says_why(c360, database, typed, code):
    done = c360("profile", *typed, "--dsn", database.dsn)

    assert done.returncode == code
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_an_export_goes_to_a_file_or_the_standard_output(c360, database, some, tmp_path):
    columns = ("--columns", "user_id,town:city")
    by_name = c360(
        "profile", "export", "acme", "--output", str(tmp_path / "all.ndjson"), *columns, "--dsn", database.dsn
    )
    hue = c360("profile", "export", "acme", "--where", "city=eq.Hue", *columns, "--dsn", database.dsn)
    refused = c360(
        "profile", "export", "acme", "-o", str(tmp_path / "none.csv"), "--columns", "x", "--dsn", database.dsn
    )

    lines = [json.loads(line) for line in (tmp_path / "all.ndjson").read_text().splitlines()]
    assert sorted((line["user_id"], line["town"]) for line in lines) == [("u1", "Hanoi"), ("u2", "Hue"), ("u3", "Hue")]
    assert "3 golden records" in by_name.stderr
    assert sorted(hue.stdout.splitlines()) == ["u2,Hue", "u3,Hue", "user_id,town"]
    assert refused.returncode == 2
    assert not (tmp_path / "none.csv").exists()
