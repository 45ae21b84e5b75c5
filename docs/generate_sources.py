"""Reference text from files and from the Python code: errors, settings, commands."""

from __future__ import annotations

import csv
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import typer
from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from c360.installer.sources import sql_root
from c360.settings import Settings
from c360_cli.main import application

REMEDIES = Path(__file__).resolve().with_name("remedies.csv")
GROUPS = {
    "U1": "Ingest and HTTP",
    "U2": "Identities and golden records",
    "U3": "Scores",
    "U4": "Tenants and governance",
    "U5": "Messages and webhooks",
    "U9": "Installation and upkeep",
}
# Options that mean the same everywhere; the page describes them once.
COMMON = ("--dsn", "--data-dir", "--json", "--dry-run", "--yes")


def errors() -> str:
    """A table for each group of codes."""
    rows = rows_of(sql_root() / "errors.csv")
    remedies = {row["sqlstate"]: row["what_to_do"] for row in rows_of(REMEDIES)}
    parts = []
    for group, title in GROUPS.items():
        lines = [
            f"| `{row['sqlstate']}` | {row['name']} | {row['http_status']} | {row['meaning']} "
            f"| {remedies.get(row['sqlstate'], '')} |"
            for row in rows
            if row["sqlstate"].startswith(group)
        ]
        if lines:
            parts.append(f"## {group}xxx: {title}\n")
            parts.append("| Code | Name | HTTP | Meaning | What to do |\n|---|---|---|---|---|")
            parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def settings() -> str:
    """One row a field: names in the environment, values, default, meaning."""
    lines = ["| Environment | Values | Default | Meaning |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        names = ", ".join(f"`{variable}`" for variable in variables(name, field))
        lines.append(f"| {names} | {_values(field)} | {_default(name, field)} | {field.description} |")
    return "\n".join(lines)


def variables(name: str, field: FieldInfo) -> list[str]:
    """The names of a setting in the environment."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices]
    return [f"C360_{name.upper()}"]


def commands() -> str:
    """Every command with usage, help, arguments and options."""
    return "\n".join(_command(path, command) for path, command in every_command())


def rows_of(path: Path) -> list[dict[str, str]]:
    """A CSV file with a header."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def every_command() -> Iterator[tuple[str, Any]]:
    """Path (`c360 key create`) and command of each leaf of the command line."""
    yield from _leaves("c360", typer.main.get_command(application([])))


def _leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name, child in command.commands.items():
        yield from _leaves(f"{path} {name}", child)


def _command(path: str, command: Any) -> str:
    arguments = [item for item in command.params if item.param_type_name == "argument"]
    options = [item for item in command.params if item.param_type_name == "option" and item.name != "help"]
    own = [item for item in options if _long(item) not in COMMON]
    common = [_long(item) for item in options if _long(item) in COMMON]
    usage = " ".join([path, *(_metavar(item) for item in arguments), *(["[OPTIONS]"] if own else [])])
    lines = [f"### {path}\n", f"`{usage}`\n", _sentence(command.help), ""]
    if arguments or own:
        lines += ["| | |", "|---|---|"]
        lines += [f"| `{_metavar(item)}` | {item.help or ''} |" for item in arguments]
        lines += [f"| {_names(item)} | {_option_help(item)} |" for item in own]
        lines.append("")
    if common:
        lines += [f"Also {', '.join(f'`{name}`' for name in sorted(common, key=COMMON.index))}.", ""]
    return "\n".join(lines)


def _metavar(argument: Any) -> str:
    name = str(argument.metavar or argument.name.upper())
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _long(option: Any) -> str:
    return str(max(option.opts, key=len))


def _names(option: Any) -> str:
    return ", ".join(f"`{name}`" for name in sorted(option.opts, key=len, reverse=True))


def _option_help(option: Any) -> str:
    text = str(option.help or "")
    shown = option.default
    if option.required:
        return f"{text} Required."
    if "Default" in text or shown in (None, False, [], ()) or callable(shown):
        return text
    return f"{text} Default: {getattr(shown, 'value', shown)}."


def _sentence(text: str | None) -> str:
    """A help in one line; what follows `Example:` is code."""
    said, mark, example = " ".join((text or "").split()).partition(" Example: ")
    return f"{said} Example: `{example}`" if mark else said


def _values(field: FieldInfo) -> str:
    kind = field.annotation
    if isinstance(kind, types.UnionType):
        kind = next(member for member in get_args(kind) if member is not type(None))
    choices = [str(choice) for choice in get_args(kind)]
    if choices:
        return ", ".join(choices)
    limits = [
        f"{word} {getattr(rule, name)}"
        for rule in field.metadata
        for name, word in (("ge", "from"), ("gt", "over"), ("le", "to"))
        if hasattr(rule, name)
    ]
    names = {"str": "text", "SecretStr": "text, secret", "Path": "path", "bool": "yes or no", "int": "whole number"}
    name = getattr(kind, "__name__", str(kind))
    return " ".join([names.get(name, "number"), *limits])


def _default(name: str, field: FieldInfo) -> str:
    if name == "data_dir":
        return "`~/.local/share/c360`; for root `/var/lib/c360/data`"
    if field.default in (None, PydanticUndefined):
        return "none"
    if isinstance(field.default, bool):
        return "yes" if field.default else "no"
    return f"`{field.default:g}`" if isinstance(field.default, float) else f"`{field.default}`"
