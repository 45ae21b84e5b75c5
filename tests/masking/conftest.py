"""A tenant with a canary in everything it holds, and sessions that read it as one of its roles."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from c360.governance import create_tenant, sync_tenant
from c360.governance.tenants import as_owner
from c360.relay.secrets import load_keyring
from c360.relay.webhooks import add_webhook
from support import lanes
from support.events import identify, track
from support.observations import observe
from support.session import Session

TENANT = "birds"
SCHEMA = f"tenant_{TENANT}"

# What nobody but an administrator may see. The first ones are values of the person in masked attributes and types, so
# that they travel through every derived table; those below stand where anything may have been sent.
CANARIES = {
    "national id": "079188001234",
    "phone": "912345678",
    "family name": "Kanarienvogel",
    "family name as compared": "kanarienvogel",
    "street": "7 Canary Row",
    "loyalty card": "LOYALCANARY01",
    "record key": "KEYCANARY0001",
    "birth date": "1987-06-05",
    "birth date as sent": "5/6/1987",
    "edited": "Gelbvogel",
    "unknown trait": "trait-canary-01",
    "property": "property-canary-01",
    "context": "context-canary-01",
    "user agent": "agent-canary-01",
    "url": "url-canary-01",
    "rejected event": "rejected-canary-01",
    "rejected line": "line-canary-01",
    "refused row": "row-canary-01",
    "webhook path": "path-canary-01",
    "webhook answer": "answer-canary-01",
    "blocked value": "000canary000",
    "failure": "failure-canary-01",
}

MASKED_ATTRIBUTES = ["phone_number", "last_name", "date_of_birth", "address_line1"]
MASKED_TYPES = ["loyalty_id", "record_id"]


@dataclass
class Aviary:
    """The tenant: its ids, for arguments, and a session that may act as any of its roles."""

    db: Session
    profile_ids: list[str]
    raw_profile_ids: list[int]
    import_id: int
    subscription: str
    version: int
    override_ids: list[int] = field(default_factory=list)
    review_ids: list[int] = field(default_factory=list)

    @contextmanager
    def as_role(self, kind: str) -> Iterator[None]:
        self.db.execute(f"SET LOCAL ROLE c360_{TENANT}_{kind}")
        try:
            yield
        finally:
            self.db.execute("RESET ROLE")

    def read(self, query: str, *parameters: Any) -> tuple[str | None, str]:
        """SQLSTATE and everything that was answered, errors with detail and hint. Nothing that was done stays."""
        try:
            with self.db.connection.transaction(force_rollback=True):
                return None, json.dumps(self.db.rows(query, *parameters), default=str, ensure_ascii=False)
        except psycopg.Error as error:
            said = error.diag
            parts = (said.message_primary, said.message_detail, said.message_hint, said.context)
            return error.sqlstate or "?", "\n".join(part for part in parts if part)

    def ask(self, name: str, *arguments: Any) -> tuple[str | None, str]:
        """read() of a function, called by name the way people call it."""
        schema = self.db.value(
            "SELECT nspname FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace"
            " WHERE proname = %s AND nspname IN (%s, 'c360') ORDER BY nspname = 'c360' LIMIT 1",
            name,
            SCHEMA,
        )
        given = (TENANT, *arguments) if schema == "c360" else arguments
        return self.read(
            f"SELECT to_json(answer.*) FROM {schema}.{name}({', '.join(['%s'] * len(given))}) AS answer", *given
        )

    def answers(self, name: str, *arguments: Any) -> list[Any]:
        """What ask() answers, each row read as JSON."""
        code, text = self.ask(name, *arguments)
        assert code is None, text
        return [row[0] for row in json.loads(text)]


@dataclass(frozen=True)
class Function:
    schema: str
    name: str
    kind: str
    names: list[str]
    types: list[str]

    @property
    def asks_for_tenant(self) -> bool:
        return bool(self.names) and self.names[0] == "p_tenant" and self.schema == "c360"

    def call(self) -> str:
        """A call with a place for each argument, the tenant among them where it is asked for."""
        places = [f"%s::{kind}" for kind in self.types]
        verb = "CALL" if self.kind == "p" else "SELECT * FROM"
        return f'{verb} "{self.schema}"."{self.name}"({", ".join(places)})'


FUNCTIONS = """
    SELECT
        schema.nspname AS schema,
        function.proname AS name,
        function.prokind AS kind,
        coalesce((function.proargnames)[:function.pronargs], '{}') AS names,
        ARRAY(SELECT format_type(kind, NULL) FROM unnest(function.proargtypes) AS kind) AS types
    FROM pg_proc AS function
    JOIN pg_namespace AS schema ON schema.oid = function.pronamespace
    WHERE schema.nspname IN ('c360', 'c360_v1', %s)
      AND function.prokind IN ('f', 'p')
      AND function.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
      AND has_schema_privilege(%s, schema.oid, 'USAGE')
      AND has_function_privilege(%s, function.oid, 'EXECUTE')
    ORDER BY function.oid::regprocedure::text
"""


def functions_of(db: Session, kind: str) -> list[Function]:
    role = f"c360_{TENANT}_{kind}"
    return [Function(**row) for row in db.records(FUNCTIONS, SCHEMA, role, role)]


def arguments_of(aviary: Aviary, function: Function, most: int = 80) -> list[tuple[Any, ...]]:
    """Combinations of arguments that a curious reader would try. None is a canary: own arguments may be echoed."""
    names = [*function.names, *[""] * (len(function.types) - len(function.names))]
    choices = [_choices(aviary, name, kind) for name, kind in zip(names, function.types, strict=True)]
    if function.name == "profile":
        pairs = [("profile_id", one) for one in aviary.profile_ids] + [("user_id", "u1"), ("email", "an@shop.vn")]
        return [(*([TENANT] if function.asks_for_tenant else []), *pair) for pair in pairs]
    tried = list(product(*choices))
    return tried if len(tried) <= most else Random(3).sample(tried, most)


def _choices(aviary: Aviary, name: str, kind: str) -> list[Any]:
    raws = [str(raw) for raw in aviary.raw_profile_ids]
    by_name: dict[str, list[Any]] = {
        "p_tenant": [TENANT],
        "p_first": [*raws[:4], "user_id=u1"],
        "p_second": [*raws[3:8], *aviary.profile_ids[:2]],
        "p_topic": ["c360-updated-profiles", "c360-behavioral-events", "c360-synch-events"],
        "p_subscription": [aviary.subscription],
        "p_status": [None, "open", "rejected", "accepted", "active"],
        "p_import_id": [aviary.import_id],
        "p_match_review_id": aviary.review_ids or [1],
        "p_review_id": [None],
        "p_link_override_id": aviary.override_ids or [1],
        "p_limit": [500],
        "p_after_event_id": [None, 0],
        "p_after_key": [None, "0", "L"],
        "p_source": [None, "erp"],
        "p_version": [None, 1, aviary.version],
        "p_at": ["2100-01-01Z", "now"],
        "p_as_of": ["2100-01-01Z"],
        "p_snapshot": [None],
        "p_rejected_event_ids": [None, [1, 2, 3, 4]],
        "p_raw_profile_ids": [[aviary.raw_profile_ids[0]], None],
        "p_side_1": [[aviary.raw_profile_ids[0]]],
        "p_side_2": [[raw] for raw in aviary.raw_profile_ids[1:]],
        "p_identifier_type": [None, "user_id"],
        "p_value": [None, "u1"],
        "p_kind": ["must_link", "cannot_link", "event", "message"],
        "p_attribute": ["last_name", "full_name"],
        "p_truth_attribute": [None, "nationalId"],
        "p_dry_run": [False, True],
        "p_patch": [None, json.dumps({"userId": "u9"})],
        "p_ids": [["1", "2"]],
        "p_table": [f"{SCHEMA}.cdp_imports"],
        "p_mapping": [None],
    }
    if name in by_name:
        return by_name[name]
    if name.endswith("profile_id") and kind == "uuid":
        return aviary.profile_ids
    by_kind: dict[str, list[Any]] = {
        "uuid": aviary.profile_ids,
        "bigint": aviary.raw_profile_ids,
        "bigint[]": [[raw] for raw in aviary.raw_profile_ids],
        "integer": [10],
        "boolean": [False],
        "json": ["{}"],
        "jsonb": ["{}"],
        "text": ["x"],
        "text[]": [["x"]],
        "anyelement": [None],
    }
    return by_kind.get(kind, [None])


@pytest.fixture(scope="module")
def planted(module_database: Any) -> dict[str, Any]:
    """Fill the tenant, every channel of it; answers what Aviary says of it."""
    with psycopg.connect(module_database.dsn) as connection:
        db = Session(connection)
        create_tenant(connection, TENANT)
        with as_owner(connection):
            db.execute("UPDATE c360.tenants SET ip = 'keep' WHERE tenant = %s", TENANT)
        _describe(db)
        db.commit()
        subscription_id = _subscribe(db)
        db.commit()
        _send(db)
        _import(db)
        _fail(db)
        db.commit()
        _resolve(db)
        db.call("c360.refresh_sessions", TENANT)
        db.commit()
        _decide(db)
        db.commit()
        _deliver(db, subscription_id)
        db.commit()
        return {
            "profile_ids": db.column(f"SELECT master_profile_id::text FROM {SCHEMA}.cdp_master_profiles"),
            "raw_profile_ids": db.column(f"SELECT raw_profile_id FROM {SCHEMA}.cdp_raw_profiles ORDER BY 1"),
            "import_id": db.value(f"SELECT max(import_id) FROM {SCHEMA}.cdp_imports"),
            "subscription": "crm",
            "version": db.value("SELECT max(version) FROM c360.metadata_versions WHERE tenant = %s", TENANT),
            "override_ids": db.column(f"SELECT link_override_id FROM {SCHEMA}.cdp_link_overrides"),
            "review_ids": db.column(f"SELECT match_review_id FROM {SCHEMA}.cdp_match_reviews"),
        }


@pytest.fixture
def aviary(module_database: Any, planted: dict[str, Any]) -> Iterator[Aviary]:
    with closing(psycopg.connect(module_database.dsn, application_name="test")) as connection:
        db = Session(connection)
        db.execute("SET LOCAL ROLE c360_owner")
        db.execute(f"GRANT c360_{TENANT}_admin TO dba")
        db.execute("RESET ROLE")
        yield Aviary(db, **planted)


def _describe(db: Session) -> None:
    """Masked attributes, masked types, a blocked value, and rules of both kinds that look at masked attributes."""
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = %s AND attribute = ANY (%s)",
            TENANT,
            MASKED_ATTRIBUTES,
        )
        db.execute(
            "UPDATE c360.identifier_types SET is_masked = true WHERE tenant = %s AND identifier_type = ANY (%s)",
            TENANT,
            MASKED_TYPES,
        )
        db.execute(
            "INSERT INTO c360.blocked_values (tenant, identifier_type, pattern, reason)"
            " VALUES (%s, 'national_id', %s, 'x')",
            TENANT,
            CANARIES["blocked value"],
        )
    conditions = [
        {"attribute": "date_of_birth", "compare": "date_close", "within_days": 2},
        {"attribute": "last_name", "compare": "exact"},
    ]
    db.call("c360.set_match_rule", TENANT, "same", "composite", {"all": conditions, "verdict": "review"})
    db.call("c360.set_match_rule", TENANT, "person", "scored", {})
    sync_tenant(db.connection, TENANT)


def _subscribe(db: Session) -> Any:
    keyring = load_keyring(Path("/nowhere"), master_key=base64.b64encode(secrets.token_bytes(32)).decode())
    made = add_webhook(
        db.connection,
        keyring,
        TENANT,
        f"https://hooks.example.com/{CANARIES['webhook path']}?key={CANARIES['webhook path']}",
        name="crm",
        topics=["c360-updated-profiles", "c360-behavioral-events", "c360-synch-events"],
        options={"retry_schedule": [0], "lane_count": 1, "max_in_flight": 50},
        allow_private=True,
    )
    return made.subscription_id


def _person(**more: Any) -> dict[str, Any]:
    return {
        "email": "an@shop.vn",
        "nationalId": CANARIES["national id"],
        "phone": "+84" + CANARIES["phone"],
        "firstName": "An",
        "lastName": CANARIES["family name"],
        "birthday": CANARIES["birth date as sent"],
        "loyaltyId": CANARIES["loyalty card"],
        "address": {"street": CANARIES["street"], "city": "Hanoi"},
        "note": CANARIES["unknown trait"],
        **more,
    }


def _send(db: Session) -> None:
    context = {
        "userAgent": CANARIES["user agent"],
        "ip": CANARIES["context"],
        "page": {"url": f"https://shop.vn/?q={CANARIES['url']}&page=1"},
        "traits": _person(),
    }
    bought = {"order_id": "O1", "revenue": 25, "currency": "USD"}
    order = {**bought, "note": CANARIES["property"], "id": CANARIES["national id"]}
    named = {"firstName": "Chi", "lastName": CANARIES["family name"]}
    events = [
        identify("u1", "m1", **_person()),
        track("Order Completed", "m2", userId="u1", context=context, properties=order),
        track("Seen", "m3", context={"traits": {"nationalId": CANARIES["national id"]}}),
        identify("u2", "m4", lastName=CANARIES["family name"], firstName="Binh"),
        # Two for a review: everything agrees but the day, which is masked.
        identify("u6", "m6", birthday=CANARIES["birth date as sent"], **named),
        identify("u7", "m7", birthday="6/6/1987", **named),
        # Refused: without a name, and no object at all.
        {"type": "track", "userId": "u1", "traits": _person(), "note": CANARIES["rejected event"], "messageId": "m5"},
        CANARIES["rejected line"],
        {"type": CANARIES["rejected event"], "userId": "u3"},
        {"type": "page", "userId": "u3", "messageId": {"id": CANARIES["national id"]}},
    ]
    db.call("c360.ingest", TENANT, {"batch": events}, "web")


def _import(db: Session) -> None:
    db.execute("CREATE SCHEMA erp")
    db.execute("CREATE TABLE erp.people (id text, user_id text, national_id text, phone text, born text)")
    db.connection.cursor().executemany(
        "INSERT INTO erp.people VALUES (%s, %s, %s, %s, %s)",
        [
            (CANARIES["record key"], "u1", CANARIES["national id"], "+84" + CANARIES["phone"], CANARIES["birth date"]),
            (CANARIES["record key"] + "2", "u2", None, None, None),
            (None, "u4", CANARIES["refused row"], None, None),
        ],
    )
    db.call(
        f"{SCHEMA}.import_raw_profiles",
        "erp.people",
        {"national_id": "traits.nationalId", "phone": "traits.phone", "born": "traits.birthday"},
        p_source="erp",
        p_key="id",
    )


def _fail(db: Session) -> None:
    """What a DBA might do to a table: an error that quotes the row."""
    raw = observe(db, tenant=TENANT, user_id="u5", traits={"lastName": CANARIES["failure"]})
    db.execute(f"""
        CREATE FUNCTION {SCHEMA}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.raw_profile_id = {raw} THEN
                RAISE EXCEPTION 'no link for {CANARIES["failure"]}';
            END IF;
            RETURN NEW;
        END $$
    """)
    db.execute(
        f"CREATE TRIGGER refuse BEFORE INSERT ON {SCHEMA}.cdp_profile_links"
        f" FOR EACH ROW EXECUTE FUNCTION {SCHEMA}.refuse()"
    )


def _resolve(db: Session) -> None:
    while db.call("c360.resolve_identities", TENANT)["remaining"]:
        db.commit()


def _decide(db: Session) -> None:
    """A merge and a split by a person who copies values into the reason, and an edit of a golden record."""
    wrote = f"same card {CANARIES['national id']}, phone +84{CANARIES['phone']}"
    one, two = (_profile_of(db, user) for user in ("u1", "u2"))
    db.call("c360.merge_profiles", TENANT, one, two, wrote)
    _resolve(db)
    db.call("c360.split_profile", TENANT, one, p_identifier_type="user_id", p_value="u2", p_reason=wrote)
    _resolve(db)
    db.execute(
        f"UPDATE {SCHEMA}.cdp_master_profiles SET last_name = %s WHERE master_profile_id = %s", CANARIES["edited"], one
    )
    db.commit()
    _resolve(db)


def _profile_of(db: Session, user_id: str) -> Any:
    return db.call("c360.profile", TENANT, "user_id", user_id)["profile_id"]


def _deliver(db: Session, subscription_id: Any) -> None:
    """Everything is sent once, to an endpoint that refuses it and repeats what it got."""
    db.call("c360.fan_out", 1000)
    db.commit()
    for lane in lanes.claim(db, "test"):
        read = lanes.read(db, lane)
        assert read
        lanes.settle(db, lane, read, 400, lambda row: f"{CANARIES['webhook answer']} {row['body']}")
