"""What cannot be right is answered before anything is connected to: U9100, what is wrong, what to do, exit code 2."""

import pytest


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["tenannt"], "tenant"),
        (["tenant", "craete"], "create"),
        (["--versoin"], "--version"),
        (["tenant", "create"], "TENANT"),
        (["tenant", "create", "acme", "--cuntry", "VN"], "--country"),
        (["tenant", "create", "acme", "--country"], "--country"),
        (["tenant", "list", "acme"], "acme"),
        (["tenant", "list", "--json=yes"], "--json"),
        (["tenant", "history", "acme", "--limit", "0"], "--limit"),
        (["tenant", "history", "acme", "--limit", "many"], "--limit"),
        (["key", "create", "acme", "--source", "web", "--kind", "wirte"], "write"),
        (["score", "fit", "acme", "clvv"], "SCORE"),
        (["webhook", "message", "acme", "m1"], "MESSAGE"),
        (["events", "tail", "acme", "-q"], "-q"),
        (["help"], "Did you mean --help?"),
        (["version"], "Did you mean --version?"),
        (["--json", "tenant", "list"], "--json goes behind c360 tenant list"),
        (["tenant", "apply", "nothing.yaml"], "c360 tenant apply --help"),
        (["tenant", "list", "a\udcffb"], "UTF-8"),
    ],
)
def test_a_wrong_call_is_named_with_the_help_of_the_command_that_was_meant(c360, arguments, named):
    outcome = c360(*arguments)

    assert outcome.returncode == 2
    assert outcome.stdout == ""
    assert outcome.stderr.startswith("U9100: ")
    assert named in outcome.stderr
    assert "\n  hint: " in outcome.stderr
    assert "╭" not in outcome.stderr


def test_the_hint_names_the_command_as_deep_as_it_is_known(c360):
    assert "c360 events rejected list --help" in c360("events", "rejected", "list", "acme", "--lmit", "3").stderr
    assert "c360 events rejected --help" in c360("events", "rejected", "lsit").stderr


def test_nothing_is_proposed_that_has_no_more_in_common_than_dashes(c360):
    assert "Did you mean" not in c360("tenant", "sync", "acme", "--yes").stderr


def test_the_help_has_a_short_word(c360):
    assert c360("tenant", "list", "-h").stdout == c360("tenant", "list", "--help").stdout


@pytest.mark.parametrize("group", [[], ["tenant"], ["events", "rejected"]])
def test_a_group_without_a_command_shows_its_help_and_is_wrong_usage(c360, group):
    outcome = c360(*group)

    assert outcome.returncode == 2
    assert " ".join(["Usage: c360", *group]) in outcome.stdout
