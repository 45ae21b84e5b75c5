"""One record of a person as a source system keeps it: what the source knows, with the faults of whoever typed it.

Draws from the source of randomness in a fixed order. Refuses to invent: every value is the person's, junk, or absent.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from benchmarks.identity import noise
from benchmarks.identity import vocabulary as words

COLUMNS = [
    "rec_id",
    "cluster_id",
    "source_system",
    "received_at",
    "first_name",
    "last_name",
    "gender",
    "date_of_birth",
    "email",
    "phone_number",
    "address_line1",
    "city",
    "state",
    "zip_code",
    "country",
    "web_visitor_id",
    "crm_source_id",
    "loyalty_id",
]
_FIRST_DAY = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)
_DAY = 86_400
_YEARS = 4 * 365

Value = TypeVar("Value")


@dataclass
class Person:
    """A life: values in the order in which the person had them."""

    number: int
    is_vietnamese: bool
    gender: str
    first_name: str
    last_names: list[str]
    born: dt.date
    addresses: list[list[str]]
    phones: list[str]
    emails: list[str]
    visitors: list[str]
    crm_id: str
    loyalty_id: str
    record_count: int
    known_from: float = 0.0


@dataclass
class _Record:
    first: str
    last: str
    gender: str
    born: str
    email: str
    phone: str
    address: list[str]
    source: str
    visitor: str
    crm_id: str
    loyalty_id: str

    def has_something_to_link_on(self) -> bool:
        sure = self.email or self.phone or self.visitor or self.crm_id or self.loyalty_id
        return bool(sure or (self.last and (self.born or self.address[0])))


def record_of(
    rng: Random, person: Person, moment: float, rec_id: str, *, junk: float, shop_phones: Sequence[str]
) -> list[str]:
    """The values for COLUMNS that a source holds of the person, `moment` (0 to 1) into what is known of them."""
    record = _truth(rng, person, moment)
    _rename(rng, record, person)
    _misspell(rng, record)
    record.born = noise.recorded_birth_date(rng, record.born)
    record.email = noise.recorded_email(rng, record.email)
    record.phone = noise.recorded_phone(rng, record.phone)
    record.address = noise.recorded_address(rng, record.address)
    record.gender = noise.recorded_gender(rng, record.gender)
    _add_junk(rng, record, junk, shop_phones)
    if record.source == "web" and rng.random() < 0.25:
        record.born, record.phone, record.address = "", "", [""] * 5
    if not record.has_something_to_link_on():
        record.email = _at(person.emails, moment)
    return [
        rec_id,
        f"P{person.number:08d}",
        record.source,
        _received_at(rng, person, moment),
        record.first,
        record.last,
        record.gender,
        record.born,
        record.email,
        record.phone,
        *record.address,
        record.visitor,
        record.crm_id,
        record.loyalty_id,
    ]


def _truth(rng: Random, person: Person, moment: float) -> _Record:
    """What is so at this moment, as far as a source of this kind asks for it."""
    phone = noise.formatted_phone(rng, _at(person.phones, moment))
    source = rng.choices(list(words.SOURCES), list(words.SOURCES.values()))[0]
    visitor = rng.choice(person.visitors) if source in ("web", "mobile_app") else ""
    has_card = source in ("loyalty", "pos", "mobile_app") and rng.random() < 0.8
    return _Record(
        first=person.first_name,
        last=_at(person.last_names, moment),
        gender=person.gender,
        born=person.born.isoformat(),
        email=_at(person.emails, moment),
        phone=phone,
        address=list(_at(person.addresses, moment)),
        source=source,
        visitor=visitor,
        crm_id=person.crm_id if source in ("crm", "call_center") else "",
        loyalty_id=person.loyalty_id if has_card else "",
    )


def _rename(rng: Random, record: _Record, person: Person) -> None:
    if person.is_vietnamese:
        _rename_vietnamese(rng, record)
        return
    form = rng.random()
    if form < 0.12:
        record.first = rng.choice(words.NICKNAMES.get(record.first, [record.first]))
    elif form < 0.155:
        record.first = record.first[0] + rng.choice(["", "."])
    elif form < 0.18:
        record.first += f" {rng.choice('ABCDEFGHJKLMNPRST')}."
    if rng.random() < 0.025:
        record.first, record.last = record.last, record.first
    if rng.random() < 0.015:
        record.last += f"-{words.pick(rng, words.FAMILY)}"


def _rename_vietnamese(rng: Random, record: _Record) -> None:
    """Accents get lost or decomposed, one of two given names is left out, the family name comes first."""
    form = rng.random()
    if form < 0.45:
        record.first, record.last = noise.without_accents(record.first), noise.without_accents(record.last)
        record.address[:2] = map(noise.without_accents, record.address[:2])
    elif form < 0.5:
        record.first, record.last = (unicodedata.normalize("NFD", name) for name in (record.first, record.last))
    if rng.random() < 0.2:
        record.first = record.first.split()[-1]
    if rng.random() < 0.14:
        record.first, record.last = record.last, record.first


def _misspell(rng: Random, record: _Record) -> None:
    if rng.random() < 0.08:
        record.first = noise.mistyped(rng, record.first)
    if rng.random() < 0.08:
        record.last = noise.mistyped(rng, record.last)
    if rng.random() < 0.03:
        record.first = noise.respelled(rng, record.first)
    if rng.random() < 0.04:
        record.last = noise.respelled(rng, record.last)
    record.first, record.last = noise.recased(rng, record.first, record.last)


def _add_junk(rng: Random, record: _Record, junk: float, shop_phones: Sequence[str]) -> None:
    """Values that strangers share, because a form wanted one or because the shop put its own."""
    if rng.random() < junk:
        record.email = rng.choice(words.JUNK_EMAILS)
    if rng.random() < junk:
        record.phone = rng.choice(words.JUNK_PHONES)
    if record.source == "pos" and rng.random() < junk * 2:
        record.phone = noise.formatted_phone(rng, rng.choice(shop_phones))
    if record.source in ("web", "mobile_app") and rng.random() < junk / 2:
        record.visitor = rng.choice(words.KIOSKS)
    if rng.random() < junk / 3:
        record.first = rng.choice(words.JUNK_NAMES)
    if rng.random() < junk / 3:
        record.last = rng.choice(words.JUNK_NAMES)
    if record.source == "loyalty" and rng.random() < junk:
        record.loyalty_id = "NONE"


def _received_at(rng: Random, person: Person, moment: float) -> str:
    passed = int((person.known_from + (1 - person.known_from) * moment) * _YEARS * _DAY)
    at = _FIRST_DAY + dt.timedelta(seconds=passed + rng.randrange(_DAY))
    return at.replace(tzinfo=None).isoformat() + "Z"


def _at(values: Sequence[Value], moment: float) -> Value:
    return values[min(int(moment * len(values)), len(values) - 1)]
