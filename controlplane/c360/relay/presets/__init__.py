"""Webhooks for systems people use: one YAML file each, with what it sends, how it proves itself and what answers mean.

A preset is copied when a webhook is added. Its parameters are of three kinds: a plain one stands in the address and in
templates as `params.name`; a secret one goes into the credentials; a template one is Liquid that its owner may change,
and takes the place of `{"$param": name}` or, within a text, of `$(name)`. Reads its files, nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

from c360.domain.errors import UsageError
from c360.relay.documents import Text

_KINDS = ("text", "secret", "template", "list")


@dataclass(frozen=True)
class Parameter:
    """What whoever adds the webhook gives, or may give."""

    name: str
    about: str
    kind: str = "text"
    default: Any = None
    is_required: bool = True
    pattern: str | None = None
    example: str | None = None

    def checked(self, given: str | None) -> Any:
        """The value to use. Raises UsageError."""
        if given is None or given == "":
            if self.is_required:
                raise UsageError(
                    f"the parameter {self.name} is missing: {self.about}",
                    hint=f"--param {self.name}={self.example or '...'}",
                )
            return self.default
        if self.kind == "list":
            return [self._matched(part.strip()) for part in given.split(",") if part.strip()]
        if self.kind == "template":
            return self._document(given) if isinstance(self.default, dict) else given
        return self._matched(given)

    def _document(self, given: str) -> Any:
        try:
            document = json.loads(given)
        except ValueError as error:
            raise UsageError(f"the parameter {self.name} is no JSON: {error}", hint=f"It is {self.about}.") from error
        if not isinstance(document, dict):
            raise UsageError(f"the parameter {self.name} is a JSON object")
        return document

    def _matched(self, value: str) -> str:
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            shown = "" if self.kind == "secret" else f" {value!r}"
            raise UsageError(
                f"the value{shown} of the parameter {self.name} ({self.about}) has not the form it needs",
                hint=f"It looks like {self.example}." if self.example else f"It has to match {self.pattern}",
            )
        return value


@dataclass(frozen=True)
class Filled:
    """A preset with its parameters: what to add a webhook with."""

    url: str
    rendering: dict[str, Any]
    credentials: dict[str, Any] = field(repr=False)
    topics: list[str]
    types: list[str]
    options: dict[str, Any]


@dataclass(frozen=True)
class Preset:
    """One file."""

    name: str
    title: str
    about: str
    source: list[dict[str, str]]
    parameters: list[Parameter]
    url: str | None
    topics: list[str]
    types: list[str]
    rendering: dict[str, Any]
    credentials: dict[str, Any]
    options: dict[str, Any]
    example: dict[str, Any]
    one_of: list[str] = field(default_factory=list)

    def filled(self, url: str | None, given: Mapping[str, str]) -> Filled:
        """The preset with these parameters, and another address if one is given. Raises UsageError."""
        unknown = sorted(set(given) - {parameter.name for parameter in self.parameters})
        if unknown:
            names = ", ".join(parameter.name for parameter in self.parameters)
            raise UsageError(
                f"the preset {self.name} has no parameter {unknown[0]}",
                hint=f"It has {names}." if names else None,
            )
        values = {parameter.name: parameter.checked(given.get(parameter.name)) for parameter in self.parameters}
        if self.one_of and not any(values[name] for name in self.one_of):
            raise UsageError(f"one of the parameters {', '.join(self.one_of)} is needed")
        kinds = {parameter.name: parameter.kind for parameter in self.parameters}
        plain = {name: value for name, value in values.items() if kinds[name] in ("text", "list") and value is not None}
        if url is None and self.url is None:
            raise UsageError(f"the preset {self.name} needs an address", hint="Give it after the tenant.")
        # An address somebody gives is taken as it is; the one of the preset has parameters in it.
        address = url if url is not None else Text(self.url or "").render({"params": plain})
        rendering = _replaced(self.rendering, values)
        if plain:
            rendering["params"] = plain
        return Filled(
            address,
            rendering,
            _filled_credentials(self.credentials, values, plain),
            list(self.topics),
            list(self.types),
            dict(self.options),
        )

    def shown(self) -> dict[str, Any]:
        """Everything about it, for people and machines."""
        return {
            "name": self.name,
            "title": self.title,
            "about": self.about,
            "url": self.url,
            "topics": self.topics,
            "types": self.types,
            "parameters": [
                {
                    "name": parameter.name,
                    "kind": parameter.kind,
                    "required": parameter.is_required,
                    "default": parameter.default,
                    "about": parameter.about,
                }
                for parameter in self.parameters
            ],
            "rendering": self.rendering,
            "credentials": self.credentials.get("auth", {}).get("kind"),
            "options": self.options,
            "source": self.source,
        }


def list_presets() -> list[Preset]:
    """All presets, by name."""
    return [find_preset(name) for name in sorted(_names())]


def find_preset(name: str) -> Preset:
    """One preset. Raises UsageError."""
    if name not in set(_names()):
        raise UsageError(f"there is no preset {name!r}", hint="List them: c360 webhook presets")
    return _read(name)


def _names() -> Iterator[str]:
    for file in resources.files(__name__).iterdir():
        if file.name.endswith(".yaml"):
            yield file.name.removesuffix(".yaml")


@cache
def _read(name: str) -> Preset:
    given = yaml.safe_load(resources.files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
    return Preset(
        name=name,
        title=given["title"],
        about=given["about"],
        source=given["source"],
        parameters=[
            Parameter(
                name=parameter,
                about=about["about"],
                kind=about.get("kind", "text"),
                default=about.get("default"),
                is_required="default" not in about,
                pattern=about.get("pattern"),
                example=about.get("example"),
            )
            for parameter, about in (given.get("parameters") or {}).items()
        ],
        url=given.get("url"),
        topics=given["topics"],
        types=given.get("types") or [],
        rendering=given["rendering"],
        credentials=given.get("credentials") or {},
        options=given.get("options") or {},
        example=given["example"],
        one_of=given.get("one_of") or [],
    )


def _replaced(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"$param"}:
            return values[value["$param"]]
        return {name: _replaced(member, values) for name, member in value.items()}
    if isinstance(value, list):
        return [_replaced(element, values) for element in value]
    if isinstance(value, str):
        return re.sub(r"\$\(([a-z_]+)\)", lambda found: str(values[found[1]]), value)
    return value


def _filled_credentials(shape: dict[str, Any], values: Mapping[str, Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    """Credentials with secrets in their places; a member whose parameter was not given is left out."""
    filled = _replaced(shape, values)
    for part in filled.values():
        for name, value in list(part.items()):
            if value is None:
                del part[name]
            elif isinstance(value, str) and "{{ params." in value:
                part[name] = Text(value).render({"params": plain})
    # A preset that may do without credentials has them only where a secret was given.
    return {} if any(set(part) == {"kind"} for part in filled.values()) else filled
