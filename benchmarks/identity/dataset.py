"""A CSV file of records as the benchmark uses it: which column is what, told by its name, and the truth.

Refuses files without the column of the truth. Columns nobody knows are kept as attributes of their own.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

# What other files call it -> the attribute of c360.
_ATTRIBUTES = {
    "givenname": "first_name",
    "forename": "first_name",
    "firstname": "first_name",
    "surname": "last_name",
    "lastname": "last_name",
    "familyname": "last_name",
    "name": "full_name",
    "fullname": "full_name",
    "dob": "date_of_birth",
    "birthdate": "date_of_birth",
    "birthday": "date_of_birth",
    "dateofbirth": "date_of_birth",
    "sex": "gender",
    "gender": "gender",
    "email": "email",
    "emailaddress": "email",
    "mail": "email",
    "phone": "phone_number",
    "phonenumber": "phone_number",
    "mobile": "phone_number",
    "telephone": "phone_number",
    "street": "address_line1",
    "address": "address_line1",
    "address1": "address_line1",
    "addressline1": "address_line1",
    "address2": "address_line2",
    "addressline2": "address_line2",
    "city": "city",
    "town": "city",
    "suburb": "city",
    "state": "state",
    "region": "state",
    "postcode": "zip_code",
    "postalcode": "zip_code",
    "postcodefake": "zip_code",
    "zip": "zip_code",
    "zipcode": "zip_code",
    "country": "country",
}
_IDENTIFIERS = {
    "userid": "user_id",
    "customerid": "user_id",
    "webvisitorid": "anonymous_id",
    "visitorid": "anonymous_id",
    "crmsourceid": "crm_id:crm",
    "crmid": "crm_id:crm",
    "loyaltyid": "loyalty_id",
}
_NUMBERS = ("recid", "uniqueid", "recordid", "id")
_TIMES = ("receivedat", "observedat", "updatedat")
_SOURCES = ("sourcesystem", "source")


@dataclass(frozen=True)
class Record:
    """One row: attributes and identifiers as sent, without the absent ones."""

    number: str
    source: str
    observed_at: str | None
    traits: Mapping[str, str]
    identifiers: Mapping[str, str]


@dataclass(frozen=True)
class DataSet:
    """Records and the person behind each."""

    name: str
    records: tuple[Record, ...]
    truth: Mapping[str, str]

    @cached_property
    def attributes(self) -> frozenset[str]:
        return frozenset(name for record in self.records for name in record.traits)

    @cached_property
    def identifier_types(self) -> frozenset[str]:
        return frozenset(name for record in self.records for name in record.identifiers)

    @property
    def own_attributes(self) -> frozenset[str]:
        """Attributes that c360 does not know by itself."""
        return self.attributes - set(_ATTRIBUTES.values())

    def without(self, names: Collection[str]) -> DataSet:
        """The same records from a source that never asked for these attributes and identifiers."""
        return replace(
            self,
            records=tuple(
                replace(
                    record,
                    traits={name: value for name, value in record.traits.items() if name not in names},
                    identifiers={name: value for name, value in record.identifiers.items() if name not in names},
                )
                for record in self.records
            ),
        )


def read(path: Path, truth: str = "cluster_id", name: str | None = None) -> DataSet:
    """The records of a file with a header."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns = [column.strip() for column in reader.fieldnames or ()]
        reader.fieldnames = columns
        if truth not in columns:
            raise SystemExit(f"{path} has no column {truth}; it has {', '.join(columns)}")
        records, persons = [], {}
        for place, row in enumerate(reader, start=1):
            person = row.pop(truth)
            record = _record(str(place), row)
            records.append(record)
            persons[record.number] = person
    if len(persons) < len(records):
        raise SystemExit(f"{path} has records with the same number")
    return DataSet(name or path.stem, tuple(records), persons)


def _record(place: str, row: Mapping[str, str | None]) -> Record:
    number, source, observed_at = place, "file", None
    traits: dict[str, str] = {}
    identifiers: dict[str, str] = {}
    for column, value in row.items():
        if not value or not value.strip():
            continue
        bare = re.sub("[^a-z0-9]", "", column.lower())
        if bare in _NUMBERS:
            number = value
        elif bare in _TIMES:
            observed_at = value
        elif bare in _SOURCES:
            source = value
        elif bare in _IDENTIFIERS:
            identifiers[_IDENTIFIERS[bare]] = value
        else:
            traits[_ATTRIBUTES.get(bare) or re.sub("[^a-z0-9]+", "_", column.lower()).strip("_")] = value
    return Record(number, source, observed_at, traits, identifiers)
