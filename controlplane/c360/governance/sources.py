"""What expressions may name of the golden records of a tenant, and how it is joined. Pure."""

from __future__ import annotations

from c360.domain.tenants import TenantSpec
from c360.governance.expressions import EVENT_COUNTS, REVENUE, Expression, Readable, Relation
from c360.templates.environment import ident

# As c360._masked_metrics(): the attributes whose value a metric tells.
_METRICS: dict[str, tuple[str, ...]] = {
    "first_seen_at": (),
    "last_seen_at": (),
    "last_known_channel": (),
    "total_sessions": (EVENT_COUNTS,),
    "total_events": (EVENT_COUNTS,),
    "total_orders": (),
    "total_revenue": REVENUE,
    "avg_order_value": REVENUE,
    "total_refunds": REVENUE,
    "refunded_value": REVENUE,
    "first_purchase_at": (),
    "last_purchase_at": (),
    "unpriced_orders": ("total_orders",),
    "other_currency_orders": ("total_orders",),
    "event_counts": (EVENT_COUNTS,),
}
_METRICS_OF_WINDOWS = {
    f"{name}_{days}d": told
    for days in (7, 30, 90)
    for name, told in {"events": (), "active_days": (), "event_counts": (EVENT_COUNTS,)}.items()
}

# As c360._masked_scores(): what the functions of c360._segment_functions() answer, which all changes as time passes.
_SCORES: dict[str, dict[str, tuple[str, ...]]] = {
    "clv": {
        "clv": REVENUE,
        "expected_purchases": ("total_orders",),
        "expected_value": REVENUE,
        "mean_value": REVENUE,
        "probability_alive": ("total_orders", "last_purchase_at"),
        "probability_no_purchase": ("total_orders", "last_purchase_at"),
        "purchase_days": ("total_orders",),
    },
    "engagement": {"engagement": (EVENT_COUNTS,), "frequency_30d": (), "frequency_90d": ()},
    "inactivity": {"inactivity": ("total_orders", "last_purchase_at", "last_seen_at"), "idle_days": ("last_seen_at",)},
}


def relations_of(tenant: TenantSpec) -> tuple[Relation, ...]:
    """Columns of these views, the first that has a name wins."""
    names = ("created_at", "updated_at", *(attribute.name for attribute in tenant.attributes))
    return (
        Relation("profile", "cdp_profiles", dict.fromkeys(names, ())),
        Relation("metrics", "cdp_metrics", _METRICS | _METRICS_OF_WINDOWS, frozenset(_METRICS_OF_WINDOWS)),
        *(_score(name, told) for name, told in _SCORES.items()),
        _score("lead", {"lead": _told_by_leads(tenant)}),
    )


def _score(name: str, told: dict[str, tuple[str, ...]]) -> Relation:
    return Relation(name, f"_{name}_of", told, frozenset(told), by_ids=True)


def _told_by_leads(tenant: TenantSpec) -> tuple[str, ...]:
    """What the rules of leads look at. A rule about what is masked gives nobody points and tells nothing."""
    masked = frozenset(tenant.masked_attributes)
    told = {name: (name, *_METRICS.get(name, ())) for name in tenant.told_by_leads}
    return tuple(sorted({each for names in told.values() if masked.isdisjoint(names) for each in names}))


def readable_of(tenant: TenantSpec, *more: Relation) -> Readable:
    """What expressions of a tenant may read."""
    return Readable(
        tenant.schema_name,
        (*relations_of(tenant), *more),
        frozenset(tenant.masked_attributes),
        frozenset(tenant.shown_properties),
    )


def joined(tenant: TenantSpec, expression: Expression, ids: str) -> str:
    """FROM what an expression looks at, of these golden records."""
    schema = ident(tenant.schema_name)
    lines = [
        f"FROM unnest({ids}) AS asked (id)",
        f"JOIN {schema}.cdp_profiles AS profile ON profile.master_profile_id = asked.id",
    ]
    lines += [
        f"LEFT JOIN {schema}.{ident(relation.view)}{f'({ids})' if relation.by_ids else ''} AS {relation.alias}"
        f" ON {relation.alias}.master_profile_id = profile.master_profile_id"
        for relation in expression.relations
        if relation.alias != "profile"
    ]
    # OFFSET 0: asked once a golden record, however often the expression speaks of it.
    lines += [
        f"CROSS JOIN LATERAL ({query} OFFSET 0) AS found{number}" for number, query in enumerate(expression.joins, 1)
    ]
    return "\n".join(lines)
