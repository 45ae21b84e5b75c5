"""What a tenant is, as templates and plans see it: values only, frozen, built from one document of the database.

Refuses a document with fields it does not know: an older release must not quietly render a newer tenant.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from c360.domain.blocked import BlockedGuard, blocked_guard
from c360.domain.errors import GovernanceRefused, no_such_tenant
from c360.domain.recipe import Recipe, recipe
from c360.domain.rules import CompositeDefinition, MatchRule, RuleProblem, ScoredDefinition, match_rule

_METRICS = frozenset({"activity", "scoring"})
_FROM_ACTIVITY = (
    "first_seen_at",
    "last_seen_at",
    "last_known_channel",
    "last_seen_touchpoint_url",
    "event_summary",
    "total_sessions",
)
_SENT_BY_MOST = frozenset({"identity", "person", "address"})
_T = TypeVar("_T")
# PostgreSQL refuses calls with more than a hundred arguments; a few are needed beside the attributes.
_MOST_ARGUMENTS = 90
_SMALL = str.maketrans("İΣς", "iσσ")
# As c360._fold_forms(): full-width forms are plain ones, dashes and joiners go with the punctuation.
_FULL_WIDTH = {0xFF01 + place: 0x21 + place for place in range(94)}
_DASHES = (
    "\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63"
    "\u200c\u200d\ufe0e\ufe0f"
)
_PUNCTUATION = str.maketrans("", "", " \t\n\u00a0\u200b\ufeff_-./:()[]#*?!'\"`\u2018\u2019\u201c\u201d" + _DASHES)
_SLUG = re.compile(r"[a-z][a-z0-9_]{1,30}")


def of_tenant(query: str, slug: str) -> str:
    """A query on functions of a tenant: {tenant} becomes its schema.

    Raises GovernanceRefused U4404 for what cannot be the name of a tenant.
    """
    if not _SLUG.fullmatch(slug):
        raise no_such_tenant(slug)
    return query.replace("{tenant}", f"tenant_{slug}")


def bare_name(name: str) -> str:
    """The name of a trait without case, blanks, punctuation and quotation marks: the twin of c360._bare_name()."""
    small = unicodedata.normalize("NFC", name).translate(_FULL_WIDTH).translate(_SMALL).lower()
    return small.translate(_PUNCTUATION)


class DataType(StrEnum):
    """The column types an attribute may have. The value is the SQL spelling, safe to write as it stands."""

    TEXT = "text"
    TEXT_LIST = "text[]"
    INTEGER = "integer"
    BIGINT = "bigint"
    NUMERIC = "numeric"
    DOUBLE = "double precision"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamptz"
    JSON = "jsonb"


@dataclass(frozen=True, kw_only=True)
class IdentifierType:
    """One row of c360.identifier_types."""

    name: str
    normaliser: str = "id"
    priority: int = 100
    profile_limit: int = 10
    person_limit: int = 8
    is_exclusive: bool = False
    is_definitive: bool = False
    is_strong: bool = True
    is_matched: bool = True
    is_masked: bool = False
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class BlockedValue:
    """One row of c360.blocked_values: a pattern over whole normalised values; type * means all types."""

    identifier_type: str
    pattern: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One row of c360.profile_attributes."""

    name: str
    data_type: DataType
    group: str = "custom"
    pii_class: str = "none"
    identifier_type: str | None = None
    trait_paths: tuple[str, ...] = ()
    normaliser: str = "text"
    survivorship: str = "most_recent"
    source_priority: tuple[str, ...] = ()
    maintained_by: str = "traits"
    is_indexed: bool = False
    is_masked: bool = False
    status: str = "active"
    position: int = 1000
    description: str = ""

    @property
    def is_identifier(self) -> bool:
        return self.identifier_type is not None

    @property
    def is_metric(self) -> bool:
        """Kept beside the golden record, because it changes with every event and makes no new version."""
        return self.maintained_by in _METRICS

    @property
    def table(self) -> str:
        return "cdp_profile_metrics" if self.is_metric else "cdp_master_profiles"

    @property
    def relation(self) -> str:
        """The alias under which templates read the table."""
        return "metrics" if self.is_metric else "master"

    @property
    def form(self) -> str:
        """How a trait is brought into standard form: the normaliser of texts and days, the type of everything else."""
        if self.data_type is DataType.TEXT:
            return "text" if self.normaliser == "none" else self.normaliser
        return self.data_type.value

    @property
    def is_long(self) -> bool:
        """Its values may be too long for the index on it."""
        return self.is_indexed and self.form in {"text", "name"}

    @property
    def verified_traits(self) -> tuple[str, ...]:
        """The traits that say of a value that it was verified."""
        names = dict.fromkeys(steps[0] for steps in self.trait_steps)
        return tuple(f"{name}{ending}" for name in names for ending in ("_verified", "Verified"))

    @property
    def trait_steps(self) -> tuple[tuple[str, ...], ...]:
        """The trait paths cut at their dots: ("address", "city")."""
        return tuple(tuple(path.split(".")) for path in self.trait_paths)


@dataclass(frozen=True)
class TraitBlock:
    """Attributes that are read out of the traits together, where any of their traits was sent.

    In the order in which jsonb keeps keys, so that it has nothing to sort.
    """

    attributes: tuple[Attribute, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(attribute.name for attribute in self.attributes)

    @property
    def trait_names(self) -> tuple[str, ...]:
        """Names of the traits they may stand in, the first step of each path."""
        return tuple(dict.fromkeys(steps[0] for a in self.attributes for steps in a.trait_steps))


@dataclass(frozen=True, kw_only=True)
class Extensions:
    """The schema in which each extension was found, for calls in rendered SQL."""

    pg_trgm: str = "c360_ext"
    fuzzystrmatch: str = "c360_ext"
    unaccent: str = "c360_ext"


@dataclass(frozen=True)
class IdentifierBlock:
    """Attributes that show identifiers in one form: a list, an object by scope, or the latest one."""

    form: str
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One row of c360.segments; its condition is text that nobody has checked yet."""

    name: str
    title: str = ""
    description: str = ""
    condition: str
    status: str = "active"
    notifies_first: bool = False


@dataclass(frozen=True, kw_only=True)
class ComputedTrait:
    """One row of c360.computed_traits; its expression is text that nobody has checked yet."""

    name: str
    title: str = ""
    description: str = ""
    expression: str
    status: str = "active"
    notifies_first: bool = False


@dataclass(frozen=True, kw_only=True)
class Filter:
    """The condition of one webhook: text that nobody has checked yet."""

    subscription_id: str
    name: str
    condition: str


@dataclass(frozen=True, kw_only=True)
class TenantSpec:
    """Everything the templates of a tenant may use."""

    slug: str
    display_name: str
    default_country: str = "US"
    default_currency: str = "USD"
    time_zone: str = "UTC"
    date_order: str = "DMY"
    email_ignores_tags: bool = False
    email_ignores_dots: bool = False
    max_cluster_size: int = 500
    status: str = "active"
    has_roles: bool = False
    identifier_types: tuple[IdentifierType, ...] = ()
    blocked_values: tuple[BlockedValue, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    match_rules: tuple[MatchRule, ...] = ()
    segments: tuple[Segment, ...] = ()
    traits: tuple[ComputedTrait, ...] = ()
    filters: tuple[Filter, ...] = ()
    shown_properties: tuple[str, ...] = ("order_id", "revenue", "total", "currency")
    told_by_leads: tuple[str, ...] = ()
    extensions: Extensions = field(default=Extensions())
    retired: tuple[Attribute, ...] = field(default=())

    @property
    def schema_name(self) -> str:
        return f"tenant_{self.slug}"

    @property
    def profile_attributes(self) -> tuple[Attribute, ...]:
        """The attributes that are columns of cdp_master_profiles."""
        return tuple(attribute for attribute in self.attributes if not attribute.is_metric)

    @property
    def profile_attributes_in_parts(self) -> tuple[tuple[Attribute, ...], ...]:
        """The same, for calls of functions, which take a hundred arguments at most."""
        return _in_parts(self.profile_attributes)

    @property
    def identifying_attributes(self) -> tuple[Attribute, ...]:
        """The attributes whose traits also identify the person."""
        return tuple(a for a in self.attributes if a.identifier_type is not None and a.trait_paths)

    @property
    def described_attributes(self) -> tuple[Attribute, ...]:
        """The attributes that say something about themselves."""
        return tuple(attribute for attribute in self.attributes if attribute.description)

    @property
    def masked_identifier_types(self) -> tuple[str, ...]:
        """Masked types, by themselves, an attribute or an alias: the twin of c360._masked_identifier_types()."""
        by_attribute = {a.identifier_type for a in (*self.attributes, *self.retired) if a.is_masked}
        masked = [kind.name for kind in self.identifier_types if kind.is_masked or kind.name in by_attribute]
        return (*masked, "previous_id") if "user_id" in masked else tuple(masked)

    @cached_property
    def masked_attributes(self) -> tuple[str, ...]:
        """Attributes that are masked, or hold identifiers of a masked type: the twin of c360._masked_attributes()."""
        types = self.masked_identifier_types
        return tuple(a.name for a in self.attributes if a.is_masked or a.identifier_type in types)

    @property
    def searched_attributes(self) -> tuple[str, ...]:
        """Names by which golden records are searched, none of them masked: the twin of c360._searched_names()."""
        names = (a for a in self.profile_attributes if a.normaliser == "name" and a.data_type is DataType.TEXT)
        return tuple(sorted(a.name for a in names if a.name not in self.masked_attributes))

    def attribute(self, name: str) -> Attribute:
        """The active attribute of this name; a match rule speaks of no other."""
        return next(attribute for attribute in self.attributes if attribute.name == name)

    @cached_property
    def country_attributes(self) -> tuple[Attribute, ...]:
        """The attribute that says in which country the numbers of a record are dialled, if there is one."""
        return tuple(a for a in self.maintained_by("traits") if a.name == "country" and a.form == "country")

    @property
    def day_of_birth_attributes(self) -> tuple[Attribute, ...]:
        """The attribute that says when somebody was born, if there is one."""
        return tuple(a for a in self.maintained_by("traits") if a.name == "date_of_birth" and a.form == "date")

    @property
    def composite_rules(self) -> tuple[tuple[MatchRule, CompositeDefinition], ...]:
        """The active composite rules, most trusted first, each with its definition."""
        return tuple(
            (rule, rule.definition)
            for rule in self.match_rules
            if rule.is_active and isinstance(rule.definition, CompositeDefinition)
        )

    @property
    def scored_rules(self) -> tuple[tuple[MatchRule, ScoredDefinition], ...]:
        """The active scored rules, most trusted first, each with its definition."""
        return tuple(
            (rule, rule.definition)
            for rule in self.match_rules
            if rule.is_active and isinstance(rule.definition, ScoredDefinition)
        )

    @property
    def scored_recipe(self) -> Recipe | None:
        """The most trusted active scored rule with its defaults filled in: the one whose model is trained and used."""
        return next((recipe(*found, self.attributes, self.identifier_types) for found in self.scored_rules), None)

    @property
    def reader_role(self) -> str:
        return f"c360_{self.slug}_reader"

    @property
    def writer_role(self) -> str:
        return f"c360_{self.slug}_writer"

    @property
    def admin_role(self) -> str:
        return f"c360_{self.slug}_admin"

    @property
    def shown_identifiers(self) -> tuple[Attribute, ...]:
        """The attributes that show identifiers; one kept by traits does where no trait was sent."""
        return tuple(
            attribute
            for attribute in self.profile_attributes
            if attribute.identifier_type is not None
            and (
                attribute.maintained_by == "identifiers"
                or (attribute.maintained_by == "traits" and attribute.data_type is DataType.TEXT)
            )
        )

    def blocked_guard(self, kind: IdentifierType) -> BlockedGuard:
        """The values of a type that link nobody, in the order in which a value is compared with them."""
        return blocked_guard(b.pattern for b in self.blocked_values if b.identifier_type == kind.name)

    @property
    def blocked_everywhere(self) -> BlockedGuard:
        """The values of any type that link nobody."""
        return blocked_guard(b.pattern for b in self.blocked_values if b.identifier_type == "*")

    @property
    def types_of_contacts(self) -> tuple[str, ...]:
        """The types whose values are addresses and numbers, whatever they are sent as."""
        return (*self.identifier_types_with("email"), *self.identifier_types_with("phone"))

    @cached_property
    def known_trait_names(self) -> tuple[str, ...]:
        """Names of the traits that some attribute reads as they are."""
        steps = (steps for attribute in self.attributes for steps in attribute.trait_steps)
        return tuple(dict.fromkeys(step[0] for step in steps))

    @cached_property
    def _places(self) -> dict[str, dict[str, Any]]:
        """Where each attribute is sent: the first name that is no path, and all paths; names for further documents."""
        places: dict[str, dict[str, Any]] = {}
        for attribute in self.attributes:
            plain = [steps[0] for steps in attribute.trait_steps if len(steps) == 1]
            if plain:
                places[attribute.name] = {"name": plain[0], "paths": attribute.trait_steps}
                if attribute.maintained_by == "identifiers" and attribute.normaliser == "document":
                    places[attribute.name]["spare"] = plain[1:]
        return places

    @property
    def trait_places(self) -> str:
        return json.dumps(self._places, ensure_ascii=False)

    @property
    def trait_spellings(self) -> str:
        """What a bare name means, nearest first: {name: [attribute, rank]}."""
        spellings: dict[str, tuple[str, int]] = {}
        for attribute in self.attributes:
            if attribute.name in self._places:
                for rank, path in enumerate((*attribute.trait_paths, attribute.name)):
                    spellings.setdefault(bare_name(path), (attribute.name, rank))
        return json.dumps(spellings, ensure_ascii=False)

    @property
    def renamed_identifier_types(self) -> tuple[IdentifierType, ...]:
        """The user id, earlier ones of which an alias names, unless previous_id is a type of the tenant's own."""
        if any(kind.name == "previous_id" for kind in self.identifier_types):
            return ()
        return tuple(kind for kind in self.identifier_types if kind.name == "user_id")

    def claim_number(self, kind: IdentifierType) -> int | None:
        """Place among the types whose values tell nameless observations apart, most trusted first; None for others."""
        claims = [k.name for k in self.identifier_types if k.is_matched and k.is_strong and not k.is_exclusive]
        return min(claims.index(kind.name) + 1, 15) if kind.name in claims else None

    @property
    def attributes_sent_as_identifiers(self) -> tuple[Attribute, ...]:
        """The attributes kept by traits whose value may have been sent as an identifier instead."""
        return tuple(a for a in self.shown_identifiers if a.maintained_by == "traits")

    @property
    def types_of_attributes_sent_as_identifiers(self) -> tuple[str, ...]:
        return tuple(a.identifier_type for a in self.attributes_sent_as_identifiers if a.identifier_type is not None)

    @cached_property
    def texts_sent_by_most(self) -> tuple[Attribute, ...]:
        """The attributes whose traits are texts and days that most observations say."""
        return next((block.attributes for block in self.trait_blocks if block.attributes[0].group in _SENT_BY_MOST), ())

    @cached_property
    def trait_blocks(self) -> tuple[TraitBlock, ...]:
        """The attributes whose traits are texts and days: what most observations say, and what few do."""
        texts = [a for a in self.maintained_by("traits") if a.data_type in {DataType.TEXT, DataType.DATE}]
        blocks = (
            TraitBlock(_in_order_of_keys(a for a in texts if a.group in _SENT_BY_MOST)),
            TraitBlock(_in_order_of_keys(a for a in texts if a.group not in _SENT_BY_MOST)),
        )
        return tuple(block for block in blocks if block.attributes)

    @property
    def typed_traits(self) -> TraitBlock:
        """The attributes whose traits are neither texts nor days."""
        typed = (a for a in self.maintained_by("traits") if a.data_type not in {DataType.TEXT, DataType.DATE})
        return TraitBlock(_in_order_of_keys(typed))

    @property
    def activity_not_kept(self) -> tuple[str, ...]:
        """What activity says and this tenant has no attribute for."""
        kept = {attribute.name for attribute in self.maintained_by("activity")}
        return tuple(name for name in _FROM_ACTIVITY if name not in kept)

    @property
    def ruled_attributes(self) -> tuple[str, ...]:
        """The attributes kept by traits that another value than the latest survives for."""
        return tuple(a.name for a in self.maintained_by("traits") if a.survivorship != "most_recent")

    @property
    def chosen_attributes(self) -> tuple[str, ...]:
        """Those of them for which one value survives; the others are unions."""
        return tuple(a.name for a in self.maintained_by("traits") if a.survivorship not in {"most_recent", "union"})

    def attributes_by(self, survivorship: str) -> tuple[Attribute, ...]:
        """The attributes kept by traits that have this survivorship rule."""
        return tuple(a for a in self.maintained_by("traits") if a.survivorship == survivorship)

    @property
    def attributes_of_identifiers(self) -> tuple[Attribute, ...]:
        """The attributes that show what is known under their identifier type."""
        return tuple(a for a in self.shown_identifiers if a.maintained_by == "identifiers")

    @property
    def identifier_blocks(self) -> tuple[IdentifierBlock, ...]:
        """These attributes by the form they show identifiers in."""
        forms = (DataType.TEXT_LIST, DataType.JSON)
        kept = self.attributes_of_identifiers
        blocks = [IdentifierBlock(form.value, tuple(a for a in kept if a.data_type is form)) for form in forms]
        blocks.append(IdentifierBlock("text", tuple(a for a in kept if a.data_type not in forms)))
        return tuple(block for block in blocks if block.attributes)

    @property
    def attributes_beside_main(self) -> tuple[Attribute, ...]:
        """The lists of identifiers whose main value has an attribute of its own."""
        return tuple(
            a
            for a in self.attributes_of_identifiers
            if a.data_type is DataType.TEXT_LIST and self.main_attribute(a.identifier_type or "")
        )

    @property
    def lists_beside_main(self) -> tuple[str, ...]:
        return tuple(attribute.name for attribute in self.attributes_beside_main)

    @property
    def core_attributes(self) -> tuple[str, ...]:
        """What a complete golden record knows about a person: the base of data_quality_score."""
        return tuple(a.name for a in self.maintained_by("traits") if a.group in {"identity", "person", "address"})

    @property
    def core_attributes_in_parts(self) -> tuple[tuple[str, ...], ...]:
        """The same, for calls of functions, which take a hundred arguments at most."""
        return _in_parts(self.core_attributes)

    def main_attribute(self, identifier_type: str) -> str | None:
        """The attribute that shows one value of an identifier type, left out of the list of the others."""
        return next(
            (
                a.name
                for a in self.shown_identifiers
                if a.identifier_type == identifier_type and a.data_type is DataType.TEXT
            ),
            None,
        )

    def identifier_types_with(self, normaliser: str) -> tuple[str, ...]:
        """Names of the identifier types made comparable this way."""
        return tuple(kind.name for kind in self.identifier_types if kind.normaliser == normaliser)

    def attributes_with(self, **properties: object) -> tuple[str, ...]:
        """Names of the attributes that have all these properties."""
        return tuple(
            attribute.name
            for attribute in self.attributes
            if all(getattr(attribute, name) == value for name, value in properties.items())
        )

    def maintained_by(self, *keepers: str) -> tuple[Attribute, ...]:
        """The attributes kept by one of these: traits, identifiers, resolution, purchases, activity, scoring."""
        return tuple(attribute for attribute in self.attributes if attribute.maintained_by in keepers)


def _in_parts(items: Sequence[_T]) -> tuple[tuple[_T, ...], ...]:
    return tuple(tuple(items[start : start + _MOST_ARGUMENTS]) for start in range(0, len(items), _MOST_ARGUMENTS))


def spec_from_metadata(document: Mapping[str, Any]) -> TenantSpec:
    """Build the spec from what c360.tenant_blueprint answers."""
    attributes = [_attribute(row) for row in document["attributes"]]
    return TenantSpec(
        slug=document["tenant"],
        display_name=document["display_name"],
        default_country=document["default_country"],
        default_currency=document["default_currency"],
        time_zone=document["time_zone"],
        date_order=document["date_order"],
        email_ignores_tags=document["email_ignores_tags"],
        email_ignores_dots=document["email_ignores_dots"],
        max_cluster_size=document["max_cluster_size"],
        status=document["status"],
        has_roles=document["has_roles"],
        identifier_types=tuple(
            IdentifierType(**_renamed(row, identifier_type="name")) for row in document["identifier_types"]
        ),
        blocked_values=tuple(BlockedValue(**row) for row in document["blocked_values"]),
        attributes=tuple(attribute for attribute in attributes if attribute.status == "active"),
        match_rules=tuple(_match_rule(row, attributes) for row in document["match_rules"]),
        segments=tuple(Segment(**_renamed(row, segment="name")) for row in document["segments"]),
        traits=tuple(ComputedTrait(**_renamed(row, trait="name")) for row in document["traits"]),
        filters=tuple(Filter(**row) for row in document["filters"]),
        shown_properties=tuple(document["shown_properties"]),
        told_by_leads=tuple(sorted({_told_by_lead(rule) for rule in (document["lead"] or {}).values()})),
        extensions=Extensions(**document["extensions"]),
        retired=tuple(attribute for attribute in attributes if attribute.status == "retired"),
    )


def _told_by_lead(rule: Mapping[str, str]) -> str:
    """The attribute or metric a rule tells, as c360._lead_parts() hides it."""
    return rule.get("attribute") or rule.get("metric") or "event_summary"


def _match_rule(row: Mapping[str, Any], attributes: Sequence[Attribute]) -> MatchRule:
    """The database checks a rule when it is written; its attributes may have been retired since."""
    active = {attribute.name for attribute in attributes if attribute.status == "active"}
    try:
        rule = match_rule(row)
    except RuleProblem as problem:
        raise _rule_refused(row["rule"], f"{problem.where}: {problem.what}", problem.hint) from problem
    for name in rule.definition.attributes:
        if name not in active:
            raise _rule_refused(rule.name, f"{name} is no active attribute", "Change the rule or remove it.")
    return rule


def _rule_refused(rule: str, problem: str, hint: str) -> GovernanceRefused:
    return GovernanceRefused(f'match rule "{rule}" cannot be right: {problem}', code="U4416", hint=hint)


def _attribute(row: Mapping[str, Any]) -> Attribute:
    values = _renamed(row, attribute="name", attribute_group="group")
    values["data_type"] = DataType(values["data_type"])
    values["trait_paths"] = _texts(values["trait_paths"])
    values["source_priority"] = _texts(values["source_priority"])
    return Attribute(**values)


def _renamed(row: Mapping[str, Any], **names: str) -> dict[str, Any]:
    return {names.get(key, key): value for key, value in row.items()}


def _texts(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(values)


def _in_order_of_keys(attributes: Iterable[Attribute]) -> tuple[Attribute, ...]:
    return tuple(sorted(attributes, key=lambda a: (len(a.name.encode()), a.name.encode())))
