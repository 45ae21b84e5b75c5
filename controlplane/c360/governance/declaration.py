"""One tenant as a YAML file: read it with errors that name the place, write it so that reading gives the same again.

Each listed row is described whole: what is left out has the default below, never the value it had before. What is not
listed stays as it is; nothing is removed by a file. Refuses unknown keys, duplicate keys and values of the wrong type.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from c360.domain.errors import UsageError
from c360.domain.rules import parse_definition
from c360.domain.tenants import DataType

PROPERTIES = (
    "display_name",
    "default_country",
    "default_currency",
    "time_zone",
    "date_order",
    "email_ignores_tags",
    "email_ignores_dots",
    "max_cluster_size",
    "keeps_erased_out",
    "shown_properties",
)

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,58}$")]
Kept = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,4} days$|^1 day$")]
Kind = Literal[
    "events", "rejected_events", "import_rejects", "history", "messages", "attempts", "dead_letters", "audit"
]
RuleName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
_LISTS = {DataType.TEXT_LIST, DataType.JSON}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class IdentifierTypeEntry(_Part):
    """One of `identifier_types`."""

    normaliser: Literal["id", "document", "email", "phone"] = "id"
    priority: int = 100
    profile_limit: Annotated[int, Field(ge=1)] = 10
    person_limit: Annotated[int, Field(ge=1)] = 8
    is_exclusive: bool = False
    is_definitive: bool = False
    is_strong: bool = True
    is_matched: bool = True
    is_masked: bool = False
    description: str = ""


class AttributeEntry(_Part):
    """One of `attributes`. Some defaults follow from the data type and the name."""

    data_type: Annotated[DataType, Field(strict=False)]
    attribute_group: str = "custom"
    pii_class: Literal["none", "personal", "sensitive"] = "none"
    identifier_type: str | None = None
    trait_paths: list[str] | None = None
    normaliser: (
        Literal["text", "name", "email", "phone", "id", "document", "date", "gender", "country", "none"] | None
    ) = None
    survivorship: (
        Literal[
            "most_recent",
            "first",
            "most_frequent",
            "longest",
            "source_priority",
            "verified_first",
            "max",
            "min",
            "union",
        ]
        | None
    ) = None
    source_priority: list[str] = []
    maintained_by: Literal["traits", "identifiers", "resolution", "purchases", "activity", "scoring"] = "traits"
    is_indexed: bool = False
    is_masked: bool = False
    status: Literal["active", "retired"] = "active"
    position: int = 1000
    description: str = ""

    @model_validator(mode="after")
    def _sources_are_named(self) -> AttributeEntry:
        if self.survivorship == "source_priority" and not self.source_priority:
            raise ValueError("survivorship source_priority needs a list source_priority")
        return self

    def row(self, name: str) -> dict[str, Any]:
        """The whole row of c360.profile_attributes, with the defaults that follow from others."""
        from_traits = self.maintained_by == "traits"
        row = self.model_dump(mode="json")
        derived: dict[str, Any] = {
            "trait_paths": list(dict.fromkeys((_camel(name), name))) if from_traits else [],
            "normaliser": "text" if self.data_type in {DataType.TEXT, DataType.TEXT_LIST} else "none",
            "survivorship": "union" if from_traits and self.data_type in _LISTS else "most_recent",
        }
        return {"attribute": name, **row, **{key: derived[key] for key in derived if row[key] is None}}


class BlockedValueEntry(_Part):
    """One of `blocked_values`."""

    identifier_type: str
    pattern: Annotated[str, Field(min_length=1)]
    reason: str


class MatchRuleEntry(_Part):
    """One of `match_rules`."""

    kind: Literal["composite", "scored"]
    priority: int = 100
    definition: dict[str, Any] = {}
    is_active: bool = True
    description: str = ""

    @model_validator(mode="after")
    def _definition_can_be_right(self) -> MatchRuleEntry:
        parse_definition(self.kind, self.definition)
        return self


class Declaration(_Part):
    """A whole file."""

    tenant: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
    display_name: Annotated[str, Field(min_length=1)] | None = None
    default_country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    default_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    time_zone: str | None = None
    date_order: Literal["DMY", "MDY"] | None = None
    email_ignores_tags: bool | None = None
    email_ignores_dots: bool | None = None
    max_cluster_size: Annotated[int, Field(ge=2)] | None = None
    keeps_erased_out: bool | None = None
    shown_properties: list[Annotated[str, Field(min_length=1)]] | None = None
    identifier_types: dict[Name, IdentifierTypeEntry] = {}
    attributes: dict[Name, AttributeEntry] = {}
    blocked_values: list[BlockedValueEntry] = []
    match_rules: dict[RuleName, MatchRuleEntry] = {}
    retention: dict[Kind, Kept] = {}

    def document(self) -> dict[str, Any]:
        """What c360.apply_metadata takes."""
        return {
            "tenant": self.tenant,
            **{key: getattr(self, key) for key in PROPERTIES if getattr(self, key) is not None},
            "identifier_types": [
                {"identifier_type": name, **entry.model_dump()} for name, entry in self.identifier_types.items()
            ],
            "attributes": [entry.row(name) for name, entry in self.attributes.items()],
            "blocked_values": [entry.model_dump() for entry in self.blocked_values],
            "match_rules": [{"rule": name, **entry.model_dump()} for name, entry in self.match_rules.items()],
            "retention": [{"kind": kind, "keep": keep} for kind, keep in self.retention.items()],
        }


def read_declaration(path: Path) -> Declaration:
    """Read and check a file; every problem is in one error, with file, key and hint."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)  # noqa: S506 - a SafeLoader, see below
        return Declaration.model_validate(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", code="usage") from error
    except yaml.YAMLError as error:
        raise UsageError(f"{path} is not YAML: {error}", code="usage") from error
    except ValidationError as error:
        problems = list(_problems(error))
        raise UsageError(
            f"{path} does not describe a tenant",
            code="usage",
            detail="; ".join(f"{where}: {what}" for where, what, _ in problems),
            hint="; ".join(dict.fromkeys(hint for *_, hint in problems if hint)) or None,
        ) from error


def write_declaration(metadata: Mapping[str, Any]) -> str:
    """YAML text of what c360.tenant_blueprint answers; leaves out what reading would fill in."""
    content: dict[str, Any] = {key: metadata[key] for key in ("tenant", *PROPERTIES)}
    content["identifier_types"] = {
        row["identifier_type"]: _shortened(row, "identifier_type", IdentifierTypeEntry().model_dump())
        for row in metadata["identifier_types"]
    }
    content["attributes"] = {row["attribute"]: _short_attribute(row) for row in metadata["attributes"]}
    content["blocked_values"] = list(metadata["blocked_values"])
    content["match_rules"] = {
        row["rule"]: _shortened(row, "rule", MatchRuleEntry(kind="scored").model_dump() | {"kind": None})
        for row in metadata["match_rules"]
    }
    content["retention"] = {row["kind"]: row["keep"] for row in metadata["retention"]}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def _short_attribute(row: Mapping[str, Any]) -> dict[str, Any]:
    minimal = AttributeEntry(data_type=DataType(row["data_type"]), maintained_by=row["maintained_by"])
    without = minimal.row(row["attribute"]) | {"data_type": None, "maintained_by": "traits"}
    return _shortened(row, "attribute", without)


def _shortened(row: Mapping[str, Any], key: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key and value != defaults.get(name)}


def _problems(error: ValidationError) -> Iterator[tuple[str, str, str | None]]:
    for problem in error.errors():
        where = ".".join(str(step) for step in problem["loc"] if step != "[key]") or "the file"
        if problem["type"] == "extra_forbidden":
            yield where, "unknown key", _guess(problem["loc"])
        else:
            yield where, problem["msg"], None


def _guess(location: tuple[int | str, ...]) -> str | None:
    parts: dict[object, type[_Part]] = {
        "attributes": AttributeEntry,
        "identifier_types": IdentifierTypeEntry,
        "blocked_values": BlockedValueEntry,
        "match_rules": MatchRuleEntry,
    }
    model = parts.get(location[0], Declaration) if len(location) > 1 else Declaration
    known = list(model.model_fields)
    close = difflib.get_close_matches(str(location[-1]), known, n=1)
    return f"{location[-1]}: did you mean {close[0]}?" if close else f"known keys are {', '.join(known)}"


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)


class _StrictLoader(yaml.SafeLoader):
    """A SafeLoader that refuses a key given twice instead of silently taking the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is given twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)
