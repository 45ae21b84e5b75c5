"""A person with a word of their own in every channel through which something can arrive, and a search for the words."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from collections.abc import Iterable
from typing import Any

from psycopg import sql

from c360.embedded.binaries import packaged_folder
from c360.governance.tenants import as_owner
from support import lanes
from support.observations import observe, resolve
from support.server import TestServer
from support.session import Session

CHANNELS = (
    *(
        "email",
        "firstname",
        "lastname",
        "title",
        "company",
        "street",
        "city",
        "description",
        "username",
        "website",
        "trait",
    ),
    *("messageid", "userid", "anonymousid", "useragent", "campaign", "url", "referrer", "search", "pagetitle", "ip"),
    *("deviceid", "devicename", "externalid", "retried", "property", "orderid", "product", "coupon", "propertyurl"),
    *(
        "importkey",
        "importvalue",
        "importreject",
        "rejected",
        "edit",
        "override",
        "review",
        "answer",
        "waiting",
        "failure",
    ),
    *("blocked", "revised"),
)


class Canary:
    """The words of one person: canary("street") is in the street of the address, and nowhere else."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.user_id = self("userid")
        self.email = f"{self('email')}@canary.example"
        self.raw_profile_ids: list[int] = []

    def __call__(self, channel: str) -> str:
        assert channel in CHANNELS
        return f"{self.name}x{channel}q"

    def words(self) -> set[str]:
        return {self(channel) for channel in CHANNELS}

    def events(self) -> list[dict[str, Any]]:
        context = {
            "userAgent": f"Mozilla/5.0 {self('useragent')}",
            "ip": self("ip"),
            "campaign": {"content": self("campaign")},
            "page": {
                "url": f"https://shop.example/{self('url')}",
                "referrer": f"https://search.example/{self('referrer')}",
                "search": f"?q={self('search')}",
                "title": self("pagetitle"),
            },
            "device": {"id": self("deviceid"), "name": self("devicename")},
            "externalIds": [{"type": "zalo_uid:shop", "id": self("externalid")}],
        }
        traits = {
            "email": self.email,
            "firstName": self("firstname"),
            "lastName": self("lastname"),
            "title": self("title"),
            "company": {"name": self("company")},
            "address": {"street": self("street"), "city": self("city")},
            "description": self("description"),
            "username": self("username"),
            "website": f"https://{self('website')}.example",
            "favourite": self("trait"),
        }
        ids = {"userId": self.user_id, "anonymousId": self("anonymousid"), "context": context}
        order = {
            "order_id": self("orderid"),
            "total": 129.5,
            "currency": "USD",
            "coupon": self("coupon"),
            "note": self("property"),
            "url": f"https://shop.example/{self('propertyurl')}",
            "products": [{"name": self("product"), "price": 129.5, "quantity": 1}],
        }
        return [
            {"type": "identify", "messageId": self("messageid"), "traits": traits, **ids},
            {"type": "track", "event": "Order Completed", "messageId": self("retried"), "properties": order, **ids},
            # No event: it has no name.
            {"type": "track", "messageId": "nameless", "properties": {"note": self("rejected")}, **ids},
        ]


def plant(db: Session, canary: Canary, stranger: int) -> None:
    """Let the person arrive by every channel of the database; `stranger` is a resolved observation of somebody else."""
    with as_owner(db.connection):
        db.execute("UPDATE c360.tenants SET ip = 'keep' WHERE tenant = 'acme'")
    db.call("c360.ingest", "acme", canary.events())
    _import(db, canary)
    resolve(db)
    db.call("c360.refresh_sessions", "acme")
    canary.raw_profile_ids = db.column(
        "SELECT raw_profile_id FROM tenant_acme.cdp_raw_profiles"
        " WHERE source || identifiers::text || traits::text LIKE %s",
        f"%{canary.name}%",
    )
    own = canary.raw_profile_ids[0]

    db.execute(
        "UPDATE tenant_acme.cdp_master_profiles SET industry = %s WHERE master_profile_id ="
        " (SELECT master_profile_id FROM tenant_acme.cdp_profile_links WHERE raw_profile_id = %s)",
        canary("edit"),
        own,
    )
    db.execute(
        "INSERT INTO c360.blocked_values (tenant, identifier_type, pattern, reason)"
        " VALUES ('acme', 'username', %s, 'asked')",
        f"{canary('blocked')}|{canary.email}",
    )
    db.call("c360.set_link_override", "acme", "cannot_link", [own], [stranger], f"called {canary('override')}")
    db.execute(
        "INSERT INTO tenant_acme.cdp_match_reviews"
        " (low_raw_profile_id, high_raw_profile_id, rule, obstacle, score, evidence, opened_at)"
        " VALUES (least(%s, %s), greatest(%s, %s), 'names', 'score', 0.8, %s, now())",
        *(own, stranger, own, stranger),
        {"value": canary("review")},
    )
    resolve(db)
    observe(db, user_id=canary.user_id, traits={"note": canary("waiting"), "firstName": canary("revised")})
    db.execute(
        "INSERT INTO tenant_acme.cdp_resolution_failures"
        " (raw_profile_id, needs_rebuild, is_edited, enqueued_at, code, reason, failed_at)"
        " VALUES (%s, true, false, now(), '22000', %s, now())",
        own,
        f"cannot read {canary('failure')}",
    )


def answer_deliveries(db: Session, *canaries: Canary) -> None:
    """Play a relay whose endpoints refuse everything and say so with the words of whom they were told about."""
    while db.row("SELECT messages FROM c360.fan_out()") != (0,):
        pass
    for lane in lanes.claim(db, "test", 1000):
        # One stays unread.
        if rows := lanes.read(db, lane, 1000)[:-1]:
            lanes.settle(
                db,
                lane,
                rows,
                500,
                lambda row: " ".join(canary("answer") for canary in canaries if canary.name in row["body"]),
            )


def found_in_tables(db: Session, words: Iterable[str]) -> dict[str, set[str]]:
    """Words that stand in any column of any table of any schema, plain or in one of the forms of `disguises`."""
    forms = {form: word for word in words for form in disguises(word)}
    found: dict[str, set[str]] = {}
    for schema, table in db.rows(
        "SELECT schema.nspname, relation.relname FROM pg_class AS relation"
        " JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace"
        " WHERE relation.relkind IN ('r', 'm') AND schema.nspname NOT IN ('pg_catalog', 'information_schema')"
    ):
        query = sql.SQL("SELECT lower(row_of.*::text) FROM {} AS row_of").format(sql.Identifier(schema, table))
        for (text,) in db.connection.execute(query):
            for form, word in forms.items():
                if form in text:
                    found.setdefault(word, set()).add(f"{schema}.{table}")
    return found


def found_in_dump(server: TestServer, database: str, words: Iterable[str]) -> set[str]:
    """Words that a dump of the whole database holds."""
    dump = subprocess.run(
        [packaged_folder() / "pg_dump", "-d", server.dsn(database)], capture_output=True, text=True, check=True
    ).stdout.lower()
    return {word for word in words if any(form in dump for form in disguises(word))}


def disguises(word: str) -> set[str]:
    """A word as text, as bytes, in base64 (as it begins and one and two bytes later) and as hashes without a key."""
    raw = word.encode()
    encoded = {base64.b64encode(b" " * shift + raw).decode()[4 if shift else 0 : -4].lower() for shift in range(3)}
    return {
        word,
        raw.hex(),
        *encoded,
        hashlib.sha256(raw).hexdigest(),
        hashlib.md5(raw, usedforsecurity=False).hexdigest(),
        base64.b64encode(hashlib.sha256(raw).digest()).decode().lower(),
    }


def _import(db: Session, canary: Canary) -> None:
    db.execute("CREATE SCHEMA IF NOT EXISTS crm")
    db.execute("CREATE TABLE crm.people (id text, email text, hobby text)")
    db.execute(
        "INSERT INTO crm.people VALUES (%s, %s, %s), (NULL, %s, %s)",
        *(canary("importkey"), canary.email, canary("importvalue")),
        *(canary.email, canary("importreject")),
    )
    db.call(
        "tenant_acme.import_raw_profiles",
        "crm.people",
        {"hobby": "traits.hobby"},
        p_source="crm",
        p_key="id",
    )
    db.execute("DROP TABLE crm.people")
