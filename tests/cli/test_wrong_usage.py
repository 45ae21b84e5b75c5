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


@pytest.mark.parametrize("group", [[], ["tenant"], ["events", "rejected"]])
def test_a_group_without_a_command_shows_its_help_and_is_wrong_usage(c360, group):
    outcome = c360(*group)

    assert outcome.returncode == 2
    assert " ".join(["Usage: c360", *group]) in outcome.stdout
