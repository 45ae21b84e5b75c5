"""Whatever has a name that a user may meet is explained somewhere."""

import csv
import re

import generate_sources
import pytest

from c360.installer.sources import sql_root
from c360.settings import Settings

_PUBLISHERS = "event|observations|profile|metadata|tenant|endpoint|score|traits"
MESSAGE_TYPE = re.compile(rf"""['"]((?:{_PUBLISHERS})\.[a-z]+ed|webhook\.test)['"]""")


def _error_codes() -> list[str]:
    with (sql_root() / "errors.csv").open(newline="", encoding="utf-8") as file:
        return [row["sqlstate"] for row in csv.DictReader(file)]


def _variables() -> list[str]:
    fields = Settings.model_fields.items()
    return [name for field, info in fields for name in generate_sources.variables(field, info)]


def _message_types() -> set[str]:
    folders = (sql_root(), sql_root().parent / "controlplane")
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in {".sql", ".j2", ".py"}]
    named = {found for path in files for found in MESSAGE_TYPE.findall(path.read_text(encoding="utf-8"))}
    return named | {f"profile.{change}" for change in ("created", "updated", "merged", "split")}


@pytest.mark.parametrize("code", _error_codes())
def test_each_error_says_what_to_do(code):
    remedies = {row["sqlstate"]: row["what_to_do"] for row in generate_sources.rows_of(generate_sources.REMEDIES)}

    assert len(remedies.get(code, "")) > 10, f"docs/remedies.csv does not say what to do about {code}"


def test_no_remedy_is_left_of_an_error_that_is_gone():
    remedies = {row["sqlstate"] for row in generate_sources.rows_of(generate_sources.REMEDIES)}

    assert remedies - set(_error_codes()) == set()


@pytest.mark.parametrize("variable", _variables())
def test_each_setting_is_explained(documentation, variable):
    assert f"`{variable}`" in documentation


@pytest.mark.parametrize("path", [path for path, _ in generate_sources.every_command()])
def test_each_command_is_explained(documentation, path):
    assert f"### {path}\n" in documentation


@pytest.mark.parametrize("message_type", sorted(_message_types()))
def test_each_message_type_is_explained(message_type):
    topics = (sql_root().parent / "docs" / "reference" / "topics.md").read_text(encoding="utf-8")

    assert f"`{message_type}`" in topics


def test_each_topic_is_explained(db):
    text = (sql_root().parent / "docs" / "reference" / "topics.md").read_text(encoding="utf-8")

    topics = db.column("SELECT topic FROM c360.list_topics()")

    assert len(topics) == 5
    assert [topic for topic in topics if f"`{topic}`" not in text] == []
