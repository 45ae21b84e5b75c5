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
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    model_validator,
)

from c360.domain.errors import UsageError
from c360.domain.rules import parse_definition
from c360.domain.schedules import HINT, ScheduleProblem, check_schedule
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
    "ip",
    "session_minutes",
    "auto_sync",
)
# Scores with settings of the tenant.
SCORES = ("engagement", "lead", "lead_model", "subscription")

_NAME = r"^[a-z][a-z0-9_]{0,58}$"
_SHORT_NAME = r"^[a-z][a-z0-9_]{0,40}$"
_TENANT = r"^[a-z][a-z0-9_]{1,30}$"
_KEPT = r"^[1-9][0-9]{0,4} days$|^1 day$"
_WINDOW = r"^[1-9][0-9]{0,4} (days|months)$|^1 (day|month)$"
_WITHIN = r"^([1-9][0-9]{0,3} (minute|hour)s?|([1-9][0-9]?|[12][0-9]{2}|3[0-5][0-9]|36[0-6]) days?)$"
_CELLS = r"^([1-5*][1-5,-]*) ([1-5*][1-5,-]*) ([1-5*][1-5,-]*)$"
_PERIOD = r"^[1-9][0-9]{0,2} (day|week|month|year)s?$"
_PURPOSE = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$"
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_COUNTRY = r"^[A-Z]{2}$"
_CURRENCY = r"^[A-Z]{3}$"
# How people are told what they say: "write it like shoe_size".
_EXAMPLES = {
    _NAME: "shoe_size, small letters, digits and _",
    _SHORT_NAME: "win_back, small letters, digits and _",
    _TENANT: "acme, small letters, digits and _",
    _KEPT: "400 days",
    _WINDOW: "90 days or 24 months",
    _WITHIN: "30 minutes, 12 hours or 7 days",
    _CELLS: "4-5 4-5 *",
    _PERIOD: "1 month or 14 days",
    _PURPOSE: "marketing, letters, digits, _, . and -",
    _CLOCK: "21:00",
    _COUNTRY: "VN",
    _CURRENCY: "VND",
}

Name = Annotated[str, Field(pattern=_NAME)]
Kept = Annotated[str, Field(pattern=_KEPT)]
Kind = Literal[
    "events",
    "rejected_events",
    "settled_rejected_events",
    "import_rejects",
    "consents",
    "history",
    "messages",
    "attempts",
    "dead_letters",
    "audit",
    "agent_calls",
    "job_runs",
]
Window = Annotated[str, Field(pattern=_WINDOW)]
Within = Annotated[str, Field(pattern=_WITHIN)]
Cells = Annotated[str, Field(pattern=_CELLS)]
Weight = Annotated[float, Field(ge=-1000, le=1000)]
RuleName = Annotated[str, Field(pattern=_SHORT_NAME)]
_LISTS = {DataType.TEXT_LIST, DataType.JSON}


def _readable(schedule: str) -> str:
    try:
        return check_schedule(schedule)
    except ScheduleProblem as problem:
        raise ValueError(f"{problem}. {HINT}") from problem


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


class JobEntry(_Part):
    """One of `jobs`. Without a kind, the name is the kind."""

    kind: Name | None = None
    schedule: Annotated[str, AfterValidator(_readable)]
    arguments: dict[Name, str | int | float | bool] = {}
    is_enabled: bool = True

    def row(self, name: str) -> dict[str, Any]:
        """The whole row of c360.jobs."""
        return {"job": name, **self.model_dump(), "kind": self.kind or name}


class RfmSegmentEntry(_Part):
    """One of `rfm.segments`. Cells are lines of three fields: recency, frequency, monetary score."""

    cells: list[Cells]
    advice: Annotated[str, Field(max_length=500)] = ""


class RfmEntry(_Part):
    """`rfm`: which orders count, and what the 125 cells are called. What is left out is as c360 has it."""

    window: Window | None = None
    segments: dict[Annotated[str, Field(min_length=1, max_length=60)], RfmSegmentEntry] | None = None

    def wanted(self) -> dict[str, Any]:
        """What c360._apply_rfm takes."""
        return {
            "time_window": self.window,
            "segments": self.segments
            and [{"segment": name, **entry.model_dump()} for name, entry in self.segments.items()],
        }


class TraitEntry(_Part):
    """One of `traits`. The expression is checked when it is compiled."""

    title: Annotated[str, Field(max_length=200)] = ""
    description: str = ""
    expression: Annotated[str, Field(min_length=1, max_length=4000)]
    status: Literal["active", "paused"] = "active"
    notifies_first: bool = False


class SegmentEntry(_Part):
    """One of `segments`. The condition is checked when it is compiled."""

    title: Annotated[str, Field(max_length=200)] = ""
    description: str = ""
    condition: Annotated[str, Field(min_length=1, max_length=4000)]
    status: Literal["active", "paused"] = "active"
    notifies_first: bool = False


class FunnelEntry(_Part):
    """One of `funnels`: names of events, one after the other, and how long it may take from the first to the last."""

    steps: Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=2, max_length=10)]
    within: Within = "7 days"


class ConsentEntry(_Part):
    """One of `consents`: a purpose for which the data of persons is used."""

    title: Annotated[str, Field(max_length=200)] = ""
    description: Annotated[str, Field(max_length=2000)] = ""
    basis: Literal[
        "consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"
    ] = "consent"
    allows_by_default: bool = False
    channels: Annotated[list[Annotated[str, Field(min_length=1)]], Field(max_length=20)] = []
    text_version: Annotated[str, Field(max_length=100)] = ""


def _clock(value: Any) -> Any:
    """YAML reads 21:00 as a number to the base of 60."""
    return f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) and 0 <= value < 24 * 60 else value


Clock = Annotated[str, BeforeValidator(_clock), Field(pattern=_CLOCK)]


class QuietEntry(_Part):
    """`quiet` of an activation: from when to when nobody is contacted, by their own clock."""

    from_: Annotated[Clock, Field(alias="from")]
    to: Clock


class CapEntry(_Part):
    """`cap` of an activation: how often a person is contacted over its channel, by whatever rule."""

    count: Annotated[int, Field(ge=1, le=999)]
    within: Within


class ActivationWhen(_Part):
    """`when` of an activation: one of the first four."""

    segment_entered: str | None = None
    segment_left: str | None = None
    event: str | None = None
    merged: Literal[True] | None = None
    wait: Within | None = None
    unless: list[Annotated[str, Field(min_length=1)]] | None = None


class ActivationEntry(_Part):
    """One of `activations`: whom to contact when, how, and how often at most. The database checks it."""

    title: Annotated[str, Field(max_length=200)] = ""
    description: Annotated[str, Field(max_length=2000)] = ""
    status: Literal["active", "paused"] = "active"
    when: ActivationWhen
    channel: Annotated[str, Field(min_length=1)]
    purpose: Annotated[str, Field(min_length=1)]
    segment: str | None = None
    not_in_segment: str | None = None
    needs: list[str] | None = None
    subscription: str | None = None
    attributes: list[str] | None = None
    data: dict[str, JsonValue] | None = None
    cap: CapEntry | None = None
    once_per: Within | None = None
    quiet: QuietEntry | None = None
    expires_after: Within | None = None

    def row(self, name: str) -> dict[str, Any]:
        """What c360.apply_metadata takes."""
        outer = ("title", "description", "status")
        definition = self.model_dump(exclude_none=True, by_alias=True, exclude=set(outer))
        return {"rule": name, **{key: getattr(self, key) for key in outer}, "definition": definition}


class EngagementEntry(_Part):
    """`engagement`: how fast it fades and what events are worth. What is left out is as c360 has it."""

    half_life_days: Annotated[float, Field(ge=1, le=3650)] | None = None
    default_weight: Weight | None = None
    weights: dict[str, Weight] | None = None


class LeadEntry(_Part):
    """One of `lead`: points, and one condition."""

    points: Annotated[float, Field(ge=-10000, le=10000)]
    event: str | None = None
    within_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    at_least: float | None = None
    attribute: str | None = None
    equals: str | None = None
    metric: str | None = None


class LeadFeatureEntry(_Part):
    """One of `lead_model.features`: what of a lead the model looks at."""

    event: str | None = None
    metric: Literal["active_days", "total_events", "days_since_first", "days_since_last"] | None = None
    within_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    attribute: str | None = None
    equals: str | None = None


class LeadModelEntry(_Part):
    """`lead_model`: the event that leads are to reach, in how many days, and by which features that is foretold."""

    goal: Annotated[str, Field(min_length=1)] | None = None
    within_days: Annotated[int, Field(ge=1, le=365)] | None = None
    features: dict[Annotated[str, Field(min_length=1, max_length=100)], LeadFeatureEntry] | None = None


class SubscriptionEntry(_Part):
    """`subscription`: how the tenant tells of contracts. What is left out is as c360 has it."""

    started: Annotated[str, Field(min_length=1)] | None = None
    renewed: Annotated[str, Field(min_length=1)] | None = None
    cancelled: Annotated[str, Field(min_length=1)] | None = None
    period: Annotated[str, Field(pattern=_PERIOD)] | None = None
    grace_days: Annotated[int, Field(ge=0, le=365)] | None = None
    renews_by_itself: bool | None = None
    id: Annotated[str, Field(min_length=1)] | None = None
    price: Annotated[str, Field(min_length=1)] | None = None


class Declaration(_Part):
    """A whole file."""

    tenant: Annotated[str, Field(pattern=_TENANT)]
    display_name: Annotated[str, Field(min_length=1)] | None = None
    default_country: Annotated[str, Field(pattern=_COUNTRY)] | None = None
    default_currency: Annotated[str, Field(pattern=_CURRENCY)] | None = None
    time_zone: str | None = None
    date_order: Literal["DMY", "MDY"] | None = None
    email_ignores_tags: bool | None = None
    email_ignores_dots: bool | None = None
    max_cluster_size: Annotated[int, Field(ge=2)] | None = None
    keeps_erased_out: bool | None = None
    shown_properties: list[Annotated[str, Field(min_length=1)]] | None = None
    ip: Literal["keep", "shorten", "drop"] | None = None
    session_minutes: Annotated[int, Field(ge=0, le=1440)] | None = None
    auto_sync: bool | None = None
    identifier_types: dict[Name, IdentifierTypeEntry] = {}
    attributes: dict[Name, AttributeEntry] = {}
    blocked_values: list[BlockedValueEntry] = []
    match_rules: dict[RuleName, MatchRuleEntry] = {}
    traits: dict[RuleName, TraitEntry] = {}
    segments: dict[RuleName, SegmentEntry] = {}
    retention: dict[Kind, Kept] = {}
    rfm: RfmEntry | None = None
    engagement: EngagementEntry | None = None
    lead: dict[Annotated[str, Field(min_length=1, max_length=60)], LeadEntry] | None = None
    lead_model: LeadModelEntry | None = None
    subscription: SubscriptionEntry | None = None
    funnels: dict[RuleName, FunnelEntry] = {}
    consents: dict[Annotated[str, Field(pattern=_PURPOSE)], ConsentEntry] = {}
    activations: dict[RuleName, ActivationEntry] = {}
    jobs: dict[Name, JobEntry] = {}

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
            "traits": [{"trait": name, **entry.model_dump()} for name, entry in self.traits.items()],
            "segments": [{"segment": name, **entry.model_dump()} for name, entry in self.segments.items()],
            "retention": [{"kind": kind, "keep": keep} for kind, keep in self.retention.items()],
            **({} if self.rfm is None else {"rfm": self.rfm.wanted()}),
            **({} if self.engagement is None else {"engagement": _stated(self.engagement)}),
            **({} if self.lead is None else {"lead": {name: _stated(rule) for name, rule in self.lead.items()}}),
            **({} if self.lead_model is None else {"lead_model": _stated(self.lead_model)}),
            **({} if self.subscription is None else {"subscription": _stated(self.subscription)}),
            "funnels": [{"funnel": name, **entry.model_dump()} for name, entry in self.funnels.items()],
            "consents": [{"purpose": name, **entry.model_dump()} for name, entry in self.consents.items()],
            "activations": [entry.row(name) for name, entry in self.activations.items()],
            "jobs": [entry.row(name) for name, entry in self.jobs.items()],
        }


def read_declaration(path: Path) -> Declaration:
    """Read and check a file; every problem is in one error, with file, key and hint."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)  # noqa: S506 - a SafeLoader, see below
        return Declaration.model_validate(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path} is not YAML: {error}") from error
    except ValidationError as error:
        problems = list(_problems(error))
        raise UsageError(
            f"{path} does not describe a tenant",
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
    content["traits"] = {
        row["trait"]: _shortened(row, "trait", TraitEntry(expression="-").model_dump() | {"expression": None})
        for row in metadata["traits"]
    }
    content["segments"] = {
        row["segment"]: _shortened(row, "segment", SegmentEntry(condition="-").model_dump() | {"condition": None})
        for row in metadata["segments"]
    }
    content["retention"] = {row["kind"]: row["keep"] for row in metadata["retention"]}
    if metadata["rfm"] is not None:
        content["rfm"] = _short_rfm(metadata["rfm"])
    content |= {score: metadata[score] for score in SCORES if metadata[score] is not None}
    content["funnels"] = {row["funnel"]: _shortened(row, "funnel", {"within": "7 days"}) for row in metadata["funnels"]}
    content["consents"] = {
        row["purpose"]: _shortened(row, "purpose", ConsentEntry().model_dump()) for row in metadata["consents"]
    }
    content["activations"] = {
        row["rule"]: {
            **_shortened(
                row, "rule", {"title": "", "description": "", "status": "active", "definition": row["definition"]}
            ),
            **row["definition"],
        }
        for row in metadata["activations"]
    }
    content["jobs"] = {row["job"]: _short_job(row) for row in metadata["jobs"]}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def _stated(part: _Part) -> dict[str, Any]:
    """What a file says of it. Whole numbers stay whole."""
    return {name: _whole(value) for name, value in part.model_dump(exclude_none=True).items()}


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(inner) for name, inner in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _short_attribute(row: Mapping[str, Any]) -> dict[str, Any]:
    minimal = AttributeEntry(data_type=DataType(row["data_type"]), maintained_by=row["maintained_by"])
    without = minimal.row(row["attribute"]) | {"data_type": None, "maintained_by": "traits"}
    return _shortened(row, "attribute", without)


def _short_rfm(settings: Mapping[str, Any]) -> dict[str, Any]:
    content = {"window": settings["time_window"]} if settings["time_window"] else {}
    if settings["segments"] is not None:
        content["segments"] = {
            entry["segment"]: _shortened(entry, "segment", {"advice": ""}) for entry in settings["segments"]
        }
    return content


def _short_job(row: Mapping[str, Any]) -> dict[str, Any]:
    return _shortened(row, "job", {"kind": row["job"], "arguments": {}, "is_enabled": True})


def _shortened(row: Mapping[str, Any], key: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key and value != defaults.get(name)}


def _problems(error: ValidationError) -> Iterator[tuple[str, str, str | None]]:
    for problem in error.errors():
        where = ".".join(str(step) for step in problem["loc"] if step != "[key]") or "the file"
        if problem["type"] == "extra_forbidden":
            yield where, "unknown key", _guess(problem["loc"])
        elif problem["type"] == "string_pattern_mismatch":
            name, example = where.rpartition(".")[2], _EXAMPLES[problem["ctx"]["pattern"]]
            yield where, f"{problem['input']!r} cannot be read", f"{name}: write it like {example}"
        else:
            yield where, problem["msg"], None


def _guess(location: tuple[int | str, ...]) -> str | None:
    parts: dict[object, type[_Part]] = {
        "attributes": AttributeEntry,
        "identifier_types": IdentifierTypeEntry,
        "blocked_values": BlockedValueEntry,
        "match_rules": MatchRuleEntry,
        "rfm": RfmEntry,
        "engagement": EngagementEntry,
        "lead": LeadEntry,
        "lead_model": LeadModelEntry,
        "subscription": SubscriptionEntry,
        "funnels": FunnelEntry,
        "consents": ConsentEntry,
        "activations": ActivationEntry,
        "jobs": JobEntry,
        "segments": SegmentEntry,
        "traits": TraitEntry,
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
