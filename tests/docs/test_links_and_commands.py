"""What the documentation points to is there, and what it tells people to type is understood."""

import re
import shlex
import subprocess

import pytest
import typer

from c360_cli.main import application
from support.documentation import PAGES, ROOT, page_name, shell_commands

EXAMPLES = [(page_name(page), line) for page in PAGES for line in shell_commands(page.read_text(encoding="utf-8"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_relative_link_leads_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]

    assert [target for target in targets if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_page_can_be_reached(page):
    name = page.name
    others = "\n".join(other.read_text(encoding="utf-8") for other in PAGES if other != page)

    assert name == "README.md" or f"{name})" in others


def test_every_path_that_the_readme_names_is_there():
    named = re.findall(r"`((?:pg|controlplane|cli|tests|docs|benchmarks)/[^`<>{}*\s]*)`", README)

    assert len(named) > 8
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_map_of_folders_is_true():
    rows = re.findall(r"^\| (`[a-z].*?) \| .* \| (.*?) ?\|$", README, re.MULTILINE)
    folders = [folder for cell, _ in rows for folder in re.findall(r"`([^`]+)`", cell)]
    domains = re.search(r"`pg/procedures/<domain>/` \| functions, one a file: ([a-z, ]+)", README)

    assert domains is not None
    there = {path.name for path in (ROOT / "pg" / "procedures").iterdir()}
    assert set(domains[1].replace(",", "").split()) == there
    for cell, start in rows:
        folder = re.findall(r"`([^`]+)`", cell)[0]
        for file in re.findall(r"`([\w./-]+\.(?:py|md|sql|j2))`", start):
            assert (ROOT / file).exists() or (ROOT / folder / file).exists(), f"{folder}: {file}"
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0 and done.stdout:
        tracked = {line.split("/")[0] for line in done.stdout.splitlines() if "/" in line and not line.startswith(".")}
        assert tracked == {folder.split("/")[0] for folder in folders}


def test_there_are_examples_to_check():
    assert len(EXAMPLES) > 20


@pytest.mark.parametrize(("page", "line"), EXAMPLES, ids=[f"{page}: {line}" for page, line in EXAMPLES])
def test_every_example_is_understood_by_the_command_line(page, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = typer.main.get_command(application([]))
    words = shlex.split(line)[1:]
    path = "c360"
    while words and hasattr(command, "commands"):
        name, *words = words
        if name == "--version":
            return
        path = f"{path} {name}"
        assert name in command.commands, f"{page}: there is no command {path}"
        command = command.commands[name]

    for name in words:
        if re.fullmatch(r"[a-z]+\.(yaml|json|pem|key)", name):  # a file of the reader's own
            (tmp_path / name).touch()
    command.make_context(path, words)
