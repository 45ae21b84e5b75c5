"""Write the given names that c360 knows: _given_names.sql.

Run by hand (`make given-names`) when a new release of `faker` is wanted, which is needed for nothing else. Names that
it lacks, above all those of Asia in Latin letters, are ours: more.csv.
"""

from __future__ import annotations

import csv
import importlib
import pkgutil
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from faker.providers import person

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "pg" / "procedures" / "identity" / "_given_names.sql"

# Letters that have no plain letter inside, or two small ones, as c360.normalise_words() writes them.
LETTERS = str.maketrans("đðøłßæœıþς", "ddolsaoipσ")

# Letters, with the signs that Indian and Thai vowels are.
WORD = re.compile("[^\\W\\d_](?:[^\\W\\d_]|[\u0900-\u0dff\u0e31-\u0e4e])+")

# A sign of Chinese, Japanese or Korean is a syllable: names in these are told apart without a list.
SYLLABLES = re.compile("[\u1100-\u11ff\u2e80-\ud7af\uf900-\ufaff]")

# Names that stand for no name in files of others.
ABSENCES = ("nan", "nil")


def main() -> None:
    words = sorted({word for name in (*faker_names(), *names_by_hand()) for word in comparable(name)})
    lines = textwrap.wrap(" ".join(words), width=138, break_on_hyphens=False)
    data = "\n".join(f" {line} " for line in lines)
    text = TARGET.read_text(encoding="utf-8")
    text = re.sub(r"(?<=SELECT ').*(?='::text)", lambda _: f"\n{data}\n", text, flags=re.DOTALL)
    text = re.sub(r"(?<=Source: ).*?(?=[;.] )", lambda _: f"faker {version('faker')} (MIT)", text)
    TARGET.write_text(text, encoding="utf-8")


def faker_names() -> Iterator[str]:
    for locale in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"{person.__name__}.{locale.name}").Provider
        for attribute in dir(provider):
            value = getattr(provider, attribute)
            if re.fullmatch(r"first_.*names?(_.*)?|first_names?", attribute) and isinstance(value, Iterable):
                yield from texts(value)


def texts(value: Iterable[object]) -> Iterator[str]:
    """Names in a list, in the keys of a mapping, or in lists of either."""
    if isinstance(value, str):
        yield value
    else:
        for item in value:
            if isinstance(item, Iterable):
                yield from texts(item)


def names_by_hand() -> list[str]:
    with (HERE / "more.csv").open(encoding="utf-8", newline="") as file:
        return [name for row in csv.DictReader(file) for name in row["names"].split()]


def comparable(name: str) -> list[str]:
    """The words of a name of at least two letters, in the form of c360.normalise_name()."""
    plain = unicodedata.normalize("NFD", name.lower().translate(LETTERS))
    plain = unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", plain)).replace("\u02bc", " ")
    return [word for word in WORD.findall(plain) if not SYLLABLES.search(word) and word not in ABSENCES]


if __name__ == "__main__":
    main()
