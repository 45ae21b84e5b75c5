"""Makes records of people whose truth is known: duplicates, errors and shared values included, the same for each seed.

    python -m benchmarks.identity.people 10000 people.csv [--seed 1] [--vietnamese .12] [--junk .03] [--households .35]

What the records hold on purpose:

* Nearly half of the people have one record, most others two or three, very few up to --max-cluster.
* Names come with typing errors, spellings by ear, nicknames, initials, first and last name swapped, odd case and
  spaces. Birth dates are missing, have day and month swapped, a wrong digit, or are the first of January.
* People move, take another e-mail address, another number, another family name; later records have the later value.
* Households share address and family name, often a telephone, sometimes an e-mail address or a device. There are
  twins, and sons named after the father.
* Strangers share test addresses, numbers of zeros, the number of a shop, a kiosk's cookie, the loyalty card "NONE".
* Few names are very common, so strangers of one name in one city occur.
* Some people are Vietnamese: few family names, two given names, accents often lost, order often swapped, numbers
  of +84.

Rows are ordered by time and rec_id is opaque: the truth, cluster_id, cannot be read off either. Uses the standard
library only, no clock and no state but the seed.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.identity import noise
from benchmarks.identity import vocabulary as words
from benchmarks.identity.records import COLUMNS, Person, record_of

_TODAY = dt.date(2025, 1, 1)
_SHOPS = 6


@dataclass(frozen=True)
class Options:
    """How many records, and how much of what is in them."""

    records: int
    seed: int = 1
    vietnamese: float = 0.12
    junk: float = 0.03
    households: float = 0.35
    max_cluster: int = 50


@dataclass
class Household:
    """What people under one roof may share."""

    is_vietnamese: bool
    last_name: str
    address: list[str]
    phone: str
    shares_phone: bool = False
    device: str | None = None


class Population:
    """Draws households, people and their records. One instance makes one data set."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._rng = Random(options.seed)
        self._shop_phones = [self._phone(is_vietnamese=False) for _ in range(_SHOPS)]

    def rows(self) -> list[list[str]]:
        """The records in order of time, each a list of values for COLUMNS."""
        rows: list[list[str]] = []
        person_number = household_number = 0
        while len(rows) < self._options.records:
            household_number += 1
            household, size = self._household(household_number)
            members: list[Person] = []
            for place in range(size):
                person_number += 1
                members.append(self._member(household, person_number, place, members))
                rows += self._records(members[-1])
                if len(rows) >= self._options.records:
                    break
        return sorted(rows[: self._options.records], key=lambda row: (row[3], row[0]))

    def _household(self, number: int) -> tuple[Household, int]:
        rng = self._rng
        is_vietnamese = rng.random() < self._options.vietnamese
        household = Household(
            is_vietnamese=is_vietnamese,
            last_name=words.pick(rng, words.VIETNAMESE_FAMILY if is_vietnamese else words.FAMILY),
            address=self._address(is_vietnamese),
            phone=self._phone(is_vietnamese),
        )
        size = 1
        if rng.random() < self._options.households:
            size = rng.choice([2, 2, 2, 3, 3, 4, 5])
            household.shares_phone = rng.random() < 0.4
            household.device = self._opaque("hd", number) if rng.random() < 0.35 else None
        return household, size

    def _member(self, household: Household, number: int, place: int, members: Sequence[Person]) -> Person:
        """The first two are a couple, the others children; a few share name, birth date or mailbox with another."""
        rng = self._rng
        person = self._person(household, number, is_partner=place == 1)
        person.known_from = rng.random() * 0.8
        if place >= 2:
            person.born = self._birth_date(1, 30)
        if not members:
            return person
        head, likeness = members[0], rng.random()
        if likeness < 0.04 and head.gender == "M":
            person.gender, person.first_name, person.last_names = "M", head.first_name, head.last_names[:1]
        elif likeness < 0.07:
            person.born, person.last_names = members[-1].born, members[-1].last_names[:1]
        if rng.random() < 0.08:
            person.emails = head.emails[:1]
        return person

    def _person(self, household: Household, number: int, *, is_partner: bool) -> Person:
        rng = self._rng
        is_vietnamese = household.is_vietnamese
        gender = "M" if rng.random() < 0.5 else "F"
        last_name, first_name = self._names(household, gender, is_partner=is_partner)
        born = self._birth_date()
        phone = household.phone if household.shares_phone and rng.random() < 0.6 else self._phone(is_vietnamese)
        email = noise.email_address(rng, first_name.split()[-1], last_name, born)
        visitors = [self._opaque("w", number, nth) for nth in range(rng.choice([1, 1, 1, 2, 2, 3, 5]))]
        if household.device and rng.random() < 0.6:
            visitors.append(household.device)
        person = Person(
            number=number,
            is_vietnamese=is_vietnamese,
            gender=gender,
            first_name=first_name,
            last_names=[last_name],
            born=born,
            addresses=[household.address],
            phones=[phone],
            emails=[email],
            visitors=visitors,
            crm_id=f"C{rng.randrange(10**9):09d}",
            loyalty_id=f"L{rng.randrange(10**8):08d}" if rng.random() < 0.55 else "",
            record_count=self._record_count(),
        )
        self._live(person)
        return person

    def _names(self, household: Household, gender: str, *, is_partner: bool) -> tuple[str, str]:
        rng = self._rng
        if household.is_vietnamese:
            last = words.pick(rng, words.VIETNAMESE_FAMILY) if is_partner else household.last_name
            middle = words.VIETNAMESE_MALE_MIDDLE if gender == "M" else words.VIETNAMESE_FEMALE_MIDDLE
            given = words.VIETNAMESE_MALE_NAMES if gender == "M" else words.VIETNAMESE_FEMALE_NAMES
            both = (rng.choice(middle), rng.choice(given))
            return last, both[1] if rng.random() < 0.25 else " ".join(both)
        last = words.pick(rng, words.FAMILY) if is_partner and rng.random() < 0.2 else household.last_name
        return last, words.pick(rng, words.MALE if gender == "M" else words.FEMALE)

    def _live(self, person: Person) -> None:
        """Those with more than two records may move, change address, number or name, and use more devices."""
        rng = self._rng
        if person.record_count > 2:
            if rng.random() < 0.25:
                person.addresses.append(self._address(person.is_vietnamese))
            if rng.random() < 0.3:
                given, last = person.first_name.split()[-1], person.last_names[0]
                person.emails.append(noise.email_address(rng, given, last, person.born))
            if rng.random() < 0.25:
                person.phones.append(self._phone(person.is_vietnamese))
            if person.gender == "F" and not person.is_vietnamese and rng.random() < 0.1:
                person.last_names.append(words.pick(rng, words.FAMILY))
        if person.record_count > 8:
            person.visitors += [self._opaque("w2", person.number, nth) for nth in range(person.record_count // 3)]

    def _records(self, person: Person) -> Iterator[list[str]]:
        count = person.record_count
        for nth in range(count):
            moment = nth / count + self._rng.random() / count * 0.9
            yield record_of(
                self._rng,
                person,
                moment,
                self._opaque("r", person.number, nth),
                junk=self._options.junk,
                shop_phones=self._shop_phones,
            )

    def _record_count(self) -> int:
        rng, share = self._rng, self._rng.random()
        for below, count in ((0.45, 1), (0.70, 2), (0.84, 3)):
            if share < below:
                return count
        if share < 0.985:
            return min(4 + int(rng.expovariate(0.6)), 12)
        return min(int(rng.paretovariate(1.1) * 9), self._options.max_cluster)

    def _birth_date(self, youngest: int = 17, oldest: int = 90) -> dt.date:
        return _TODAY - dt.timedelta(days=int(self._rng.triangular(youngest * 365, oldest * 365, 38 * 365)))

    def _address(self, is_vietnamese: bool) -> list[str]:
        rng = self._rng
        if is_vietnamese:
            city, state, code = rng.choices(words.VIETNAMESE_CITIES, words.VIETNAMESE_CITY_WEIGHTS)[0]
            street = f"{rng.randint(1, 650)} {rng.choice(words.VIETNAMESE_STREETS)}"
            if rng.random() < 0.3:
                street += f", P.{rng.randint(1, 20)}"
            return [street, city, state, code + f"{rng.randint(0, 40):03d}", "VN"]
        city, state, code = words.AMERICAN_CITIES[min(int(rng.expovariate(0.16)), len(words.AMERICAN_CITIES) - 1)]
        street = f"{rng.randint(1, 9900)} {rng.choice(words.STREETS)} {rng.choice(list(words.STREET_KINDS))}"
        if rng.random() < 0.22:
            street += f" Apt {rng.randint(1, 40)}"
        return [street, city, state, f"{code}{rng.randint(1, 60):02d}", "US"]

    def _phone(self, is_vietnamese: bool) -> str:
        rng = self._rng
        if is_vietnamese:
            return f"+84{rng.choice(words.VIETNAMESE_PREFIXES)}{rng.randint(0, 9_999_999):07d}"
        return f"+1{rng.choice(words.AMERICAN_AREA_CODES)}{rng.choice('23456789')}{rng.randint(0, 999_999):06d}"

    def _opaque(self, *parts: object) -> str:
        text = "|".join(map(str, (self._options.seed, *parts)))
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def write(rows: list[list[str]], path: Path) -> None:
    """A CSV file with a header."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def summary(rows: list[list[str]]) -> str:
    """What a reader wants to know first: how many people, how many true pairs, how skewed."""
    sizes = Counter(Counter(row[1] for row in rows).values())
    people = sum(sizes.values())
    pairs = sum(size * (size - 1) // 2 * count for size, count in sizes.items())
    small = sum(sizes[size] for size in (1, 2, 3))
    return (
        f"{len(rows)} records of {people} people, {pairs} true pairs, at most {max(sizes)} records of one person,"
        f" {sizes[1] / people:.0%} with one record, {small / people:.1%} with up to three"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vietnamese", type=float, default=0.12, help="share of Vietnamese households")
    parser.add_argument("--junk", type=float, default=0.03, help="share of values that strangers share")
    parser.add_argument("--households", type=float, default=0.35, help="share of households of more than one")
    parser.add_argument("--max-cluster", type=int, default=50, help="most records of one person")
    values = vars(parser.parse_args())
    file = values.pop("file")
    rows = Population(Options(**values)).rows()
    write(rows, file)
    print(summary(rows), file=sys.stderr)


if __name__ == "__main__":
    main()
