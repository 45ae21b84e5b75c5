"""What a value is compared as does not depend on the locale of the database."""

import contextlib

import psycopg
import pytest
from psycopg import sql

from c360.governance import create_tenant
from c360.installer.install import install
from c360.installer.sources import load
from support.server import OWNER
from support.session import Session

LOCALES = {
    "one that folds letters of ASCII alone": "LOCALE 'C'",
    "one that knows letters of every script": "LOCALE 'C.UTF-8'",
    "the one of Turkish, whose I is another letter": "LOCALE 'tr_TR.UTF-8'",
    "the one of Turkish by ICU": "LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'tr'",
}
VALUES = [
    ("normalise_name", "Нина ИВАНОВА", "нина иванова"),
    ("normalise_name", "王 小明", "王 小明"),
    ("normalise_name", "ĐẶNG THỊ ÁNH", "dang thi anh"),
    ("normalise_name", "IRIS ILGIN", "iris ilgin"),
    ("normalise_name", "Iris", "iris"),
    ("normalise_name", "ΓΙΏΡΓΟΣ", "γιωργοσ"),
    ("normalise_words", "सीता नगर", "सीता नगर"),
    ("normalise_words", "ВУЛ. 12-А", "вул 12 а"),
    ("normalise_email", "INFO@SHOP.VN", "info@shop.vn"),
    ("normalise_email", "ИРА@ПОЧТА.РФ", "ира@xn--80a1acny.xn--p1ai"),
    ("normalise_email", "İ@shop.vn", "i@shop.vn"),
    ("normalise_id", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
    ("normalise_id", "URN:UUID:6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
    ("normalise_document", "ik 123 456", "IK123456"),
    ("normalise_gender", "FEMININE", None),
    ("normalise_gender", "MISS", "female"),
    ("normalise_gender", "NỮ", "female"),
    ("present_text", "UNDEFINED", None),
    ("present_text", "КОНЕЦ", "КОНЕЦ"),
    ("present_text", "НЕ УКАЗАНО", None),
    ("_is_nobodys", "ANONIMISED", False),
    ("_is_nobodys", "НЕТ", True),
    ("_is_nobodys", "INVITED_ID", False),
    ("_is_nobodys", "CLIENT_ID", True),
]
# Texts, whom they name in small letters, and what is left of them.
NAMED = [
    ("mail ĐẶNG@SHOP.VN, twice: đặng@shop.vn", "đặng@shop.vn", "mail [erased], twice: [erased]"),
    ("INFO-1234 and IVAN-1234", "info-1234", "[erased] and IVAN-1234"),
    ("İris-1234", "iris-1234", "[erased]"),
    ("ΓΙΏΡΓΟΣ-12", "γιώργοσ-12", "[erased]"),
    ("ĐĐẶNG@SHOP.VN is somebody else", "đặng@shop.vn", None),
    ("MAI.ĐẶNG@SHOP.VN is somebody else", "đặng@shop.vn", None),
    ("[erased] and [erased]", "[erased]", "[erased] and [erased]"),
]


@contextlib.contextmanager
def database_with(server, name, settings):
    with server.admin() as admin:
        try:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 OWNER {} ").format(
                    sql.Identifier(name), sql.Identifier(OWNER)
                )
                + sql.SQL(settings)
            )
        except (
            psycopg.errors.WrongObjectType,
            psycopg.errors.InvalidParameterValue,
            psycopg.errors.FeatureNotSupported,
        ):
            pytest.skip("this server does not have the locale")
    try:
        yield server.dsn(name, OWNER)
    finally:
        server.drop_database(name)


@pytest.mark.parametrize("settings", LOCALES.values(), ids=LOCALES.keys())
def test_a_value_is_compared_as_the_same_in_a_database_of_any_locale(server, worker_id, settings):
    with database_with(server, f"locale_{worker_id}", f"ENCODING 'UTF8' {settings}") as dsn:
        install(dsn, load())
        with contextlib.closing(psycopg.connect(dsn)) as connection:
            db = Session(connection)
            found = [(name, sent, db.call(f"c360.{name}", sent)) for name, sent, _ in VALUES]
            named = [
                (text, person, db.call("c360._without_person", text, [person]))
                for text, person, _ in NAMED
                if db.call("c360._names_person", text, [person])
            ]

    assert found == VALUES
    assert named == [case for case in NAMED if case[2]]


@pytest.mark.parametrize("settings", LOCALES.values(), ids=LOCALES.keys())
def test_a_person_is_erased_in_every_spelling_in_a_database_of_any_locale(server, worker_id, settings):
    with database_with(server, f"locale_{worker_id}", f"ENCODING 'UTF8' {settings}") as dsn:
        install(dsn, load())
        with contextlib.closing(psycopg.connect(dsn)) as connection:
            create_tenant(connection, "acme")
            db = Session(connection)
            person = {"type": "identify", "userId": "KHÁCH-INĐ1", "traits": {"email": "ĐẶNG.IN@SHOP.VN"}}
            broken = {"type": "?", "traits": {"note": "khách-inđ1, Đặng.In@Shop.vn"}}
            other = {"type": "?", "traits": {"note": "MĐẶNG.IN@SHOP.VN"}}
            events = [
                {"messageId": "ĐẶNG.IN@SHOP.VN-1", **person},
                {"messageId": "2", **broken},
                {"messageId": "3", **other},
            ]
            db.call("c360.ingest", "acme", events)
            db.call("c360.resolve_identities", "acme", 100)
            db.call("c360.erase_profile", "acme", "email", "đặng.in@shop.vn", "case 17")

            left = db.column("SELECT message_id FROM tenant_acme.cdp_rejected_events")
            ids = db.column("SELECT message_id FROM tenant_acme.cdp_event_ids")

    assert (left, ids) == (["3"], [])
