"""Three tenants every template is rendered for: one with little, one with everything, one that means harm."""

from c360.domain.rules import Comparison, CompositeDefinition, Condition, MatchRule, ScoredDefinition
from c360.domain.tenants import Attribute, BlockedValue, DataType, IdentifierType, TenantSpec

_HOSTILE_TEXT = (
    "it's; \"quoted\" \\ back $$ $body$ {{ tenant.slug }} {% raw %} -- /* \n DROP SCHEMA c360 CASCADE; ünï→\u2028'"
)

_SURVIVORSHIP = ("most_recent", "first", "most_frequent", "longest", "source_priority", "verified_first", "max", "min")

PLAIN = TenantSpec(
    slug="plain",
    display_name="Plain",
    identifier_types=(
        IdentifierType(name="user_id", priority=10, profile_limit=1, is_exclusive=True),
        IdentifierType(name="email", normaliser="email", priority=30),
    ),
    blocked_values=(BlockedValue(identifier_type="email", pattern="test@test[.]com", reason="test address"),),
    attributes=(
        Attribute(
            name="email",
            data_type=DataType.TEXT,
            identifier_type="email",
            trait_paths=("email",),
            normaliser="email",
            is_indexed=True,
        ),
        Attribute(name="first_name", data_type=DataType.TEXT, trait_paths=("firstName",), description="Given name."),
    ),
)

FULL = TenantSpec(
    slug="full",
    display_name="Full",
    default_country="VN",
    default_currency="VND",
    time_zone="Asia/Ho_Chi_Minh",
    has_roles=True,
    identifier_types=(
        IdentifierType(name="user_id", priority=10, profile_limit=1, is_exclusive=True),
        IdentifierType(name="national_id", priority=20, profile_limit=1, is_exclusive=True, is_masked=True),
        IdentifierType(name="email", normaliser="email", priority=30),
        IdentifierType(name="phone", normaliser="phone", priority=40),
        IdentifierType(name="crm_id", priority=60),
        IdentifierType(name="anonymous_id", priority=80, profile_limit=100, is_strong=False),
        IdentifierType(name="shelf_id", priority=90, is_matched=False),
    ),
    blocked_values=(
        BlockedValue(identifier_type="*", pattern="null|none", reason="absent"),
        BlockedValue(identifier_type="phone", pattern="[+]?0+", reason="zeros"),
    ),
    attributes=(
        *(
            Attribute(
                name=f"of_type_{data_type.name.lower()}",
                data_type=data_type,
                trait_paths=(f"ofType{data_type.name.title()}", f"nested.{data_type.name.lower()}"),
                survivorship="union" if data_type in {DataType.TEXT_LIST, DataType.JSON} else "most_recent",
                normaliser="text" if data_type in {DataType.TEXT, DataType.TEXT_LIST} else "none",
                is_indexed=True,
            )
            for data_type in DataType
        ),
        *(
            Attribute(
                name=f"by_{rule}",
                data_type=DataType.TEXT,
                trait_paths=(rule,),
                survivorship=rule,
                source_priority=("crm", "web") if rule == "source_priority" else (),
            )
            for rule in _SURVIVORSHIP
        ),
        *(
            Attribute(name=f"as_{normaliser}", data_type=data_type, trait_paths=(normaliser,), normaliser=normaliser)
            for normaliser, data_type in (
                ("name", DataType.TEXT),
                ("email", DataType.TEXT),
                ("phone", DataType.TEXT),
                ("id", DataType.TEXT),
                ("date", DataType.DATE),
                ("gender", DataType.TEXT),
                ("country", DataType.TEXT),
            )
        ),
        Attribute(
            name="email",
            data_type=DataType.TEXT,
            identifier_type="email",
            trait_paths=("email", "contact.email"),
            normaliser="email",
        ),
        Attribute(
            name="secondary_emails",
            data_type=DataType.TEXT_LIST,
            identifier_type="email",
            normaliser="email",
            maintained_by="identifiers",
        ),
        Attribute(
            name="user_id",
            data_type=DataType.TEXT,
            identifier_type="user_id",
            normaliser="id",
            maintained_by="identifiers",
        ),
        Attribute(
            name="national_ids",
            data_type=DataType.TEXT_LIST,
            identifier_type="national_id",
            trait_paths=("nationalId",),
            normaliser="id",
            maintained_by="identifiers",
            is_masked=True,
        ),
        Attribute(
            name="crm_contact_ids",
            data_type=DataType.JSON,
            identifier_type="crm_id",
            trait_paths=("crmContactIds",),
            normaliser="id",
            maintained_by="identifiers",
        ),
        Attribute(name="born", data_type=DataType.DATE, trait_paths=("born",), normaliser="date", is_masked=True),
        Attribute(name="source_systems", data_type=DataType.TEXT_LIST, maintained_by="resolution", normaliser="none"),
        Attribute(name="total_orders", data_type=DataType.INTEGER, maintained_by="purchases", normaliser="none"),
        Attribute(name="last_seen_at", data_type=DataType.TIMESTAMP, maintained_by="activity", normaliser="none"),
        Attribute(name="churn_probability", data_type=DataType.DOUBLE, maintained_by="scoring", normaliser="none"),
    ),
    match_rules=(
        MatchRule(
            name="every_comparison",
            kind="composite",
            priority=50,
            definition=CompositeDefinition(
                conditions=(
                    Condition(attribute="of_type_date", compare="exact"),
                    Condition(attribute="as_name", compare="metaphone"),
                    Condition(attribute="of_type_text", compare="trigram", at_least=0.6),
                    Condition(attribute="as_email", compare="levenshtein", at_most=2),
                    Condition(attribute="of_type_timestamp", compare="date_close", within_days=1, swapped=True),
                    Condition(attribute="of_type_integer", compare="numeric_close", within=5),
                    Condition(attribute="of_type_double", compare="numeric_close", within_ratio=0.1),
                ),
            ),
        ),
        MatchRule(
            name="same_birth_day",
            kind="composite",
            definition=CompositeDefinition(
                conditions=(Condition(attribute="born", compare="exact"),), verdict="review", block_limit=20
            ),
        ),
        # Compares what the composite rules compare as well: both read it from the same observations.
        MatchRule(
            name="every_form",
            kind="scored",
            priority=60,
            definition=ScoredDefinition(
                comparisons=(
                    Comparison(attribute="as_name", form="given_name"),
                    Comparison(attribute="by_longest", form="family_name", weights=(6.5, 3, 2, -4)),
                    Comparison(attribute="born", form="date"),
                    Comparison(attribute="email", form="email"),
                    Comparison(attribute="as_phone", form="phone"),
                    Comparison(attribute="crm_id", form="id"),
                    Comparison(attribute="of_type_text", form="text", levels=(0.7,)),
                    Comparison(attribute="as_gender", form="exact"),
                    Comparison(attribute="of_type_integer", form="number", levels=(5,)),
                ),
                blocking=(("born", "as_name"), ("email",), ("of_type_text",)),
                match=0.9,
                review=0.4,
            ),
        ),
        MatchRule(
            name="switched_off",
            kind="composite",
            is_active=False,
            definition=CompositeDefinition(conditions=(Condition(attribute="as_id", compare="exact"),)),
        ),
    ),
    retired=(Attribute(name="fax", data_type=DataType.TEXT, trait_paths=("fax",), status="retired"),),
)

HOSTILE = TenantSpec(
    slug="select_2",
    display_name=_HOSTILE_TEXT,
    identifier_types=(
        IdentifierType(name="user", priority=10, profile_limit=1, is_exclusive=True, description=_HOSTILE_TEXT),
        IdentifierType(name="all", normaliser="email", is_masked=True),
    ),
    blocked_values=(BlockedValue(identifier_type="*", pattern=_HOSTILE_TEXT, reason=_HOSTILE_TEXT),),
    attributes=(
        *(
            Attribute(
                name=name,
                data_type=DataType.TEXT,
                trait_paths=(_HOSTILE_TEXT, "a'.b\\.c$$"),
                survivorship="source_priority",
                source_priority=(_HOSTILE_TEXT,),
                is_indexed=True,
                description=_HOSTILE_TEXT,
            )
            for name in ("select", "order", "table", "user", "group", "position", "values", "all", "end", "new", "old")
        ),
        Attribute(
            name="master",
            data_type=DataType.TEXT,
            identifier_type="user",
            trait_paths=(_HOSTILE_TEXT,),
            normaliser="id",
            is_masked=True,
            description=_HOSTILE_TEXT,
        ),
        Attribute(name="metrics", data_type=DataType.JSON, maintained_by="scoring", description=_HOSTILE_TEXT),
        Attribute(
            name="x" * 59, data_type=DataType.TEXT_LIST, trait_paths=("x",), survivorship="union", is_indexed=True
        ),
    ),
    match_rules=(
        MatchRule(
            name="select",
            kind="composite",
            description=_HOSTILE_TEXT,
            definition=CompositeDefinition(
                conditions=(
                    Condition(attribute="table", compare="exact"),
                    Condition(attribute="end", compare="metaphone"),
                ),
            ),
        ),
        MatchRule(
            name="union",
            kind="scored",
            description=_HOSTILE_TEXT,
            definition=ScoredDefinition(
                comparisons=(
                    Comparison(attribute="table", form="text"),
                    Comparison(attribute="end", form="family_name"),
                    Comparison(attribute="master", form="id"),
                ),
            ),
        ),
    ),
)
