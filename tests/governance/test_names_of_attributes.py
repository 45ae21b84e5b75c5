"""Whatever a tenant calls its attributes, and however many it has: the whole life of its customers."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
import pytest
from pglast import keywords
from psycopg.sql import SQL, Identifier

from c360.governance import (
    Permissions,
    apply_declaration,
    create_tenant,
    dump_tenant,
    plan_tenant,
    preview_declaration,
    read_declaration,
    restore_tenant,
    sync_tenant,
)
from support.observations import observe, partition, resolve
from support.session import Session
from support.sql_names import names_beside_golden_records, names_of_our_sql

NAME = re.compile("[a-z][a-z0-9_]{0,58}")
RESERVED = (
    "master_profile_id status merged_into version created_at updated_at attribute_sources refreshed_at profile_id"
)
RESERVED += " requested_id redirected identifiers last_events candidates valid_from founding_raw_profile_id"
RESERVED += " tableoid ctid xmin xmax cmin cmax"
WORDS = keywords.RESERVED_KEYWORDS | keywords.TYPE_FUNC_NAME_KEYWORDS | keywords.COL_NAME_KEYWORDS
# Names that are ours but for a letter, and as long as a name may be.
NEARLY = {
    *("status_", "version1", "master_profile_ids", "profile", "identifier", "raw_profile_id", "ctid_", "oid"),
    *("x" * 59, "y" * 58 + "1", "y" * 58 + "2", f"cdp_master_profiles_{'z' * 39}"),
}
FORMS = (
    "text",
    "integer",
    "text[]",
    "jsonb",
    "boolean",
    "date",
    "numeric",
    "timestamptz",
    "bigint",
    "double precision",
)
RULES = ("most_recent", "first", "longest", "most_frequent", "verified_first", "source_priority", "max", "min")
VALUES: dict[str, Any] = {
    "integer": 7,
    "text[]": ["a", "b"],
    "jsonb": {"a": 1},
    "boolean": True,
    "date": "2020-02-03",
    "numeric": 1.5,
    "timestamptz": "2020-02-03T00:00:00+00:00",
    "bigint": 8,
    "double precision": 2.5,
}


@dataclass(frozen=True)
class Attribute:
    name: str
    data_type: str = "text"
    survivorship: str = "most_recent"
    maintained_by: str = "traits"

    @property
    def value(self) -> Any:
        return VALUES.get(self.data_type, f"a {self.name}")


def free(names):
    """Those an attribute may have and the standard ones have not."""
    return sorted(name for name in names if NAME.fullmatch(name) and name not in RESERVED.split())


def traits(names):
    """Attributes kept by traits: every form and every rule is among them."""
    return [
        Attribute(
            name,
            form := FORMS[place % len(FORMS)] if place % 3 == 0 else "text",
            "union" if form in {"text[]", "jsonb"} else RULES[place % len(RULES)],
        )
        for place, name in enumerate(free(names))
    ]


def kept_by(keeper, names):
    return [Attribute(name, maintained_by=keeper) for name in free(names)]


def numbered(many):
    return [f"own_{number}" for number in range(1, many + 1)]


class Life:
    """A tenant with these attributes and a few customers; each method is a part of their life."""

    def __init__(self, session: Session, tenant: str, attributes: list[Attribute]) -> None:
        self.db, self.tenant = session, tenant
        create_tenant(session.connection, tenant)
        standard = set(session.column("SELECT attribute FROM c360.profile_attributes WHERE tenant = %s", tenant))
        room = 1500 - len(standard)
        self.attributes = [one for one in attributes if one.name not in standard][:room]
        self.sent = [one for one in self.attributes if one.maintained_by == "traits"]
        session.execute(
            "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths, survivorship,"
            " source_priority, maintained_by, identifier_type)"
            " SELECT %s, one.name, one.data_type, CASE one.maintained_by WHEN 'traits' THEN ARRAY['own.' || one.name]"
            " ELSE '{}' END, one.survivorship, '{web}', one.maintained_by,"
            " CASE one.maintained_by WHEN 'identifiers' THEN 'loyalty_id' END"
            " FROM jsonb_to_recordset(%s) AS one (name text, data_type text, survivorship text, maintained_by text)",
            tenant,
            [asdict(one) for one in self.attributes],
        )
        parts = range(0, max(len(self.sent), 1), 300)
        self.said = {f"u{place}": {one.name: one.value for one in self.sent[place : place + 300]} for place in parts}
        sync_tenant(session.connection, tenant)

    def call(self, function: str, *arguments: Any, **named: Any) -> Any:
        return self.db.call(f"c360.{function}", self.tenant, *arguments, **named)

    def ingest(self, user: str, message: str, kind: str = "identify", **more: Any) -> None:
        sent = {"type": kind, "userId": user, "messageId": message, "timestamp": "2026-01-02T03:04:05Z", **more}
        assert self.call("ingest", [sent], "web")["rejected"] == []

    def resolve(self) -> None:
        self.call("resolve_identities")
        assert self.db.column(f"SELECT reason FROM tenant_{self.tenant}.cdp_resolution_failures") == []

    def own(self, profile: dict[str, Any]) -> dict[str, Any]:
        return {one.name: profile[one.name] for one in self.sent if one.name in profile}

    def profile(self, user: str) -> dict[str, Any]:
        return self.call("profile", "user_id", user)

    def master(self, user: str) -> str:
        return self.profile(user)["profile_id"]

    def arrive(self) -> None:
        """A golden record is one row of PostgreSQL, of 8 KB: each person says a part of all there is to say."""
        for user, said in self.said.items():
            self.ingest(user, f"m-{user}", traits={"own": said, "email": f"{user}@shop.vn", "loyaltyId": f"L-{user}"})
        self.ingest("other", "m-other", traits={"firstName": "Minh"})
        bought = {"order_id": "o1", "total": 5, "currency": "USD"}
        self.ingest("u0", "m-order", "track", event="Order Completed", properties=bought)
        self.resolve()

    def score(self) -> None:
        scores = [one for one in self.attributes if one.maintained_by == "scoring"][-300:]
        sets = SQL(", ").join(SQL("{} = {}").format(Identifier(one.name), one.value) for one in scores)
        if scores:
            table = Identifier(f"tenant_{self.tenant}", "cdp_profile_metrics")
            self.db.connection.execute(SQL("UPDATE {} SET {}").format(table, sets))
            self.ingest("u0", "m5", traits={"lastName": "Tran"})
            self.resolve()
        profile = self.profile("u0")
        assert {one.name: profile[one.name] for one in scores} == {one.name: one.value for one in scores}

    def read(self) -> None:
        for user, said in self.said.items():
            profile = self.profile(user)
            assert self.own(profile) == said
            shown = [one.name for one in self.attributes if one.maintained_by == "identifiers"]
            assert {profile[name] for name in shown} <= {profile["loyalty_id"]}
            past = self.call("profile_as_of", profile["profile_id"], "2100-01-01")
            assert self.own(past) == said
            history = self.db.records("SELECT * FROM c360.profile_history(%s, %s)", self.tenant, profile["profile_id"])
            assert self.own(history[0]["profile"]) == said
            assert self.call("explain_profile", profile["profile_id"])["profile_id"] == profile["profile_id"]
        assert self.call("explain_link", "user_id=u0", "user_id=other") is not None
        assert self.db.records("SELECT * FROM c360.recent_events(%s)", self.tenant) != []
        assert self.shown(self.tenant)[0].keys() >= {one.name for one in self.attributes}

    def edit(self) -> None:
        texts = [one for one in self.sent if one.data_type == "text"]
        master, table = self.master("other"), Identifier(f"tenant_{self.tenant}", "cdp_master_profiles")
        for one in (*texts[:1], *texts[-1:]):
            edit = SQL("UPDATE {} SET {} = 'edited' WHERE master_profile_id = %s").format(table, Identifier(one.name))
            self.db.connection.execute(edit, [master])
            self.resolve()
            assert self.profile("other")[one.name] == "edited"
            assert self.call("profile_as_of", master, "2100-01-01")[one.name] == "edited"
            self.call("release_attribute", master, one.name)
            self.resolve()
            assert one.name not in self.profile("other")

    def merge_and_split(self) -> None:
        before = {user: self.own(self.profile(user)) for user in ("u0", "other")}
        first, other = self.master("u0"), self.master("other")
        self.call("merge_profiles", first, other, "the same")
        self.resolve()
        assert self.master("u0") == self.master("other")
        self.call("split_profile", self.master("u0"), p_identifier_type="user_id", p_value="other")
        self.resolve()
        assert {user: self.own(self.profile(user)) for user in ("u0", "other")} == before

    def rebuild(self) -> None:
        self.call("rebuild_identities")
        self.call("refresh_scores")
        assert self.own(self.profile("u0")) == self.said["u0"]
        assert self.profile("u0")["rfm_segment"]
        assert self.call("preview_rules", {"max_cluster_size": 5})["counts"] is not None

    def import_rows(self) -> None:
        names = [one.name for one in self.sent if one.data_type == "text"][:40]
        columns = [SQL("{} AS {}").format(f"imported {name}", Identifier(name)) for name in names]
        self.db.connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(f"crm_{self.tenant}")))
        self.db.connection.execute(
            SQL("CREATE TABLE {} AS SELECT {}").format(
                Identifier(f"crm_{self.tenant}", "people"), SQL(", ").join([SQL("'u9' AS the_customer"), *columns])
            )
        )
        answer = self.db.call(
            f"tenant_{self.tenant}.import_raw_profiles",
            f"crm_{self.tenant}.people",
            p_mapping={"the_customer": "user_id", **{name: f"traits.own.{name}" for name in names}},
            p_source="web",
        )
        assert (answer["new"], answer["rejected"]) == (1, 0)
        self.resolve()
        assert {name: self.profile("u9")[name] for name in names} == {name: f"imported {name}" for name in names}

    def preview(self, folder) -> None:
        file = folder / f"{self.tenant}.yaml"
        file.write_text(f"tenant: {self.tenant}\nmax_cluster_size: 5\n")
        declaration = read_declaration(file)
        assert preview_declaration(self.db.connection, declaration).changes["counts"] is not None
        apply_declaration(self.db.connection, declaration, Permissions(), lambda _: True)

    def dump_and_restore(self, folder) -> None:
        dump_tenant(self.db.connection, self.tenant, folder / "dump.c360", lambda _table, _rows: None)
        other = f"{self.tenant}_b"
        restore_tenant(self.db.connection, folder / "dump.c360", other, lambda _table, _rows: None)
        assert self.shown(other) == self.shown(self.tenant)
        assert plan_tenant(self.db.connection, other).is_empty

    def shown(self, tenant: str) -> list[Any]:
        return self.db.column(
            f"SELECT to_jsonb(one.*) FROM tenant_{tenant}.cdp_profiles AS one ORDER BY master_profile_id"
        )

    def erase(self) -> None:
        self.call("erase_profile", "user_id", "u0", "case 17")
        with pytest.raises(psycopg.Error) as gone:
            self.profile("u0")
        assert gone.value.sqlstate == "U2404"


@pytest.fixture
def live(connect, new_name, tmp_path):
    """live(attributes): the whole life of a tenant that has these."""

    def through(attributes):
        life = Life(connect(autocommit=True), new_name[:28], attributes)
        life.arrive()
        life.score()
        life.read()
        life.edit()
        life.merge_and_split()
        life.rebuild()
        life.import_rows()
        life.preview(tmp_path)
        life.dump_and_restore(tmp_path)
        life.erase()

    return through


def test_a_composite_rule_compares_attributes_of_any_name(tenant):
    names = [
        "low",
        "high",
        "pair",
        "said",
        "rule",
        "verdict",
        "v_lows",
        "p_raw_profile_ids",
        "select",
        "raw_profile_id",
    ]
    for name in names:
        tenant.add(name, trait_paths=[f"own.{name}"])
    rule = {"all": [{"attribute": name, "compare": "exact"} for name in names]}
    tenant.db.call("c360.set_match_rule", tenant.name, "same", "composite", rule)
    tenant.sync()
    said = {name: f"a {name}" for name in names}
    records = [said, said, {**said, "low": "another"}]

    for place, traits in enumerate(records):
        observe(tenant.db, tenant=tenant.name, user_id=f"u{place}", traits={"own": traits})
        observe(tenant.db, tenant=tenant.name, anonymous_id=f"a{place}", traits={"own": traits})
    resolve(tenant.db, tenant=tenant.name)

    people = partition(tenant.db, tenant=tenant.name)
    pairs = tenant.db.column(
        f"SELECT pair.rule FROM {tenant.schema}.composite_pairs(%s::bigint[]) AS pair", sorted(set().union(*people))
    )
    assert pairs == ["same"] * 7


def test_a_scored_rule_compares_identifier_types_of_any_name(tenant):
    names = ["raw_profile_id", "said", "sent", "wanted", "held", "select", "v_unresolved"]
    for name in names:
        tenant.db.execute(
            "INSERT INTO c360.identifier_types (tenant, identifier_type) VALUES (%s, %s)", tenant.name, name
        )
        tenant.add(name, trait_paths=[f"own.{name}"], identifier_type=name, normaliser="id")
    rule = {"comparisons": [{"attribute": name, "as": "id"} for name in names]}
    tenant.db.call("c360.set_match_rule", tenant.name, "likely", "scored", rule)
    tenant.sync()
    raw = observe(tenant.db, tenant=tenant.name, **{name: f"1 {name}" for name in names})
    resolve(tenant.db, tenant=tenant.name)

    fields = tenant.db.value(f"SELECT made.fields FROM {tenant.schema}.match_fields(%s::bigint[]) AS made", [raw])

    assert set(fields) >= {tenant.db.call("c360.normalise_id", f"1 {name}") for name in names}


def test_a_life_with_every_name_beside_golden_records_and_every_word_of_sql(live):
    live(traits(names_beside_golden_records() | WORDS | NEARLY))


@pytest.mark.parametrize(
    ("keeper", "names"),
    [
        pytest.param("scoring", names_beside_golden_records, id="as scores"),
        pytest.param("identifiers", lambda: numbered(45), id="45 that show identifiers"),
    ],
)
def test_a_life_with_attributes_that_are_not_kept_by_traits(live, keeper, names):
    live(kept_by(keeper, names()))


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param(lambda: kept_by("activity", names_beside_golden_records()), id="as activity"),
        pytest.param(lambda: traits(sorted(names_of_our_sql())[:1400]), id="the first names of our SQL"),
        pytest.param(lambda: traits(sorted(names_of_our_sql())[1400:]), id="the other names of our SQL"),
        pytest.param(lambda: traits(numbered(45)), id="45 attributes"),
        pytest.param(lambda: traits(numbered(300)), id="300 attributes"),
        pytest.param(lambda: traits(numbered(1500)), id="1,500 attributes"),
        pytest.param(lambda: kept_by("scoring", numbered(1500)), id="1,500 scores"),
        pytest.param(lambda: kept_by("identifiers", numbered(300)), id="300 that show identifiers"),
    ],
)
def test_a_life_with_every_name_and_many_attributes(live, attributes, pytestconfig):
    if not pytestconfig.getoption("every_name"):
        pytest.skip("takes minutes: --every-name")
    live(attributes())
