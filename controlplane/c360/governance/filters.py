"""Conditions of webhooks: which messages one wants, compiled to calls of c360. Pure.

A condition may say of the message what it is (`message_type`, `message_topic`, `message_key`, and `message_data` as
JSON), and of the golden record it is about what conditions of segments say. One that cannot be right stops nothing: it
is handed on with its problem, and nothing is sent to its webhook.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import c360
from c360.domain.errors import ScoringRefused
from c360.domain.tenants import Filter, TenantSpec
from c360.governance.expressions import Expression, Reader, Relation, Subject, nearest
from c360.governance.sources import readable_of
from c360.governance.traits import expressions_of, trait_relation
from c360.templates.environment import ident, literal

FILTERS = "filters/"
_SUBJECT = Subject(
    noun="condition",
    code="U5422",
    example="message_type = 'profile.merged' OR in_segment('vip')",
    clause="WHERE",
    parts="Make a segment of a part, and use in_segment().",
    nested="Make a segment of a part, and use in_segment().",
    tells="what is sent",
    hint_of_masked="Whoever may see what was sent could tell it: use what is not masked.",
)
_MESSAGE = Relation(
    "message",
    "",
    {"message_type": (), "message_topic": (), "message_key": (), "message_data": ()},
)


@dataclass(frozen=True)
class CompiledFilter:
    """The condition of a webhook as `c360._compile_filter` takes it, or what is wrong with it."""

    subscription_id: str
    webhook: str
    sql: str
    problem: str | None = None

    @property
    def path(self) -> str:
        """Its name in the ledger of what was rendered for the tenant."""
        return FILTERS + self.subscription_id

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def read_filter(tenant: TenantSpec, text: str) -> Expression:
    """A condition over messages and golden records of a tenant; raises ScoringRefused U5422."""
    readable = readable_of(tenant, trait_relation(tenant))
    # First, so that no attribute takes the name of what a message says.
    known = type(readable)(readable.schema, (_MESSAGE, *readable.relations), readable.masked, readable.properties)
    expression = Reader(_SUBJECT, text, known).expression()
    stated = {segment.name for segment in tenant.segments}
    for name in expression.segments:
        if name not in stated:
            hint = nearest(name, stated, "c360 segment list shows them.")
            raise ScoringRefused(f"there is no segment {name}", code=_SUBJECT.code, hint=hint)
    return expression


def compile_filters(tenant: TenantSpec) -> list[CompiledFilter]:
    """The conditions of all webhooks of a tenant."""
    return [_compiled(tenant, stated) for stated in tenant.filters]


def wanted_query(tenant: TenantSpec, expression: Expression) -> str:
    """Which of the messages $1 are wanted as of $2; $3 are the golden records they are about."""
    schema = ident(tenant.schema_name)
    names = "seq, message_topic, message_type, message_key, message_data, profile_id"
    lines = [
        f"SELECT message.seq\nFROM unnest($1) AS message ({names})",
        f"LEFT JOIN {schema}.cdp_profiles AS profile ON profile.master_profile_id = message.profile_id",
    ]
    lines += [
        f"LEFT JOIN {schema}.{ident(relation.view)}{'($3)' if relation.by_ids else ''} AS {relation.alias}"
        f" ON {relation.alias}.master_profile_id = profile.master_profile_id"
        for relation in expression.relations
        if relation.alias not in ("profile", "message")
    ]
    lines += [
        f"CROSS JOIN LATERAL ({query} OFFSET 0) AS found{number}" for number, query in enumerate(expression.joins, 1)
    ]
    return "\n".join([*lines, f"WHERE {expression.sql}"])


def _compiled(tenant: TenantSpec, stated: Filter) -> CompiledFilter:
    document: dict[str, object] = {"condition": stated.condition, "release": c360.__version__}
    problem = None
    try:
        expression = read_filter(tenant, stated.condition)
    except ScoringRefused as refused:
        document["problem"] = problem = refused.message
    else:
        # The functions say days in this zone.
        document |= {"wanted": wanted_query(tenant, expression), "time_zone": tenant.time_zone}
        if traits := expressions_of(tenant, expression.columns):
            # Of another expression a trait may be of another type.
            document["traits"] = traits
    values = ", ".join(
        literal(value) for value in (tenant.slug, stated.subscription_id, json.dumps(document, ensure_ascii=False))
    )
    return CompiledFilter(stated.subscription_id, stated.name, f"SELECT c360._compile_filter({values});", problem)
