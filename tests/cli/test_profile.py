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
