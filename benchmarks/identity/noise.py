"""What happens to a person's data on the way into a database: typing errors, other spellings, other formats.

Each function takes the source of randomness first and draws from it in a fixed order, so that one seed gives one
result. Nothing here knows what a person is.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from random import Random

from benchmarks.identity.vocabulary import MAIL_DOMAINS, STREET_KINDS

_DIGITS = "0123456789"
_FREQUENT_LETTERS = "aeionrt"
_VOWELS = "aeiou"
# The keys around each key of a keyboard.
_NEIGHBOURS = {
    "q": "wa",
    "w": "qes",
    "e": "wrd",
    "r": "etf",
    "t": "ryg",
    "y": "tuh",
    "u": "yij",
    "i": "uok",
    "o": "ipl",
    "p": "ol",
    "a": "qsz",
    "s": "awdx",
    "d": "sefc",
    "f": "drgv",
    "g": "fthb",
    "h": "gyjn",
    "j": "hukm",
    "k": "jil",
    "l": "kop",
    "z": "asx",
    "x": "zsdc",
    "c": "xdfv",
    "v": "cfgb",
    "b": "vghn",
    "n": "bhjm",
    "m": "njk",
}
# Spellings that sound alike: what is replaced, by what.
_SOUNDS = [
    ("ph", "f"),
    ("ck", "k"),
    ("y", "i"),
    ("ie", "y"),
    ("ee", "ea"),
    ("c", "k"),
    ("z", "s"),
    ("nn", "n"),
    ("tt", "t"),
    ("ll", "l"),
    ("sh", "sch"),
    ("ai", "ay"),
    ("ou", "ow"),
    ("e", "a"),
]


def without_accents(text: str) -> str:
    """Plain letters; đ is a letter of its own to Unicode and has to be named."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def mistyped(rng: Random, text: str) -> str:
    """One slip of the finger: a letter missing, swapped with the next, hit beside, doubled, or one too many."""
    if len(text) < 2:
        return text
    at = rng.randrange(len(text))
    slip = rng.random()
    letter, before, after = text[at], text[:at], text[at + 1 :]
    if slip < 0.3:
        return before + after
    if slip < 0.5 and after:
        return before + after[0] + letter + after[1:]
    if slip < 0.8:
        beside = _NEIGHBOURS.get(letter.lower(), _VOWELS) if letter.isalpha() else _DIGITS
        return before + rng.choice(beside) + after
    if slip < 0.9:
        return before + letter + letter + after
    return before + rng.choice(_FREQUENT_LETTERS if letter.isalpha() else _DIGITS) + letter + after


def respelled(rng: Random, name: str) -> str:
    """The name as somebody writes it who only heard it."""
    for written, heard in rng.sample(_SOUNDS, len(_SOUNDS)):
        at = name.lower().find(written)
        if at >= 0:
            return name[:at] + heard + name[at + len(written) :]
    return mistyped(rng, name)


def recased(rng: Random, first: str, last: str) -> tuple[str, str]:
    """Mostly as it was; sometimes all capitals, all small, or with spaces around."""
    form = rng.random()
    if form < 0.08:
        return first.upper(), last.upper()
    if form < 0.15:
        return first.lower(), last.lower()
    if form < 0.18:
        return " " + first, last + "  "
    return first, last


def recorded_birth_date(rng: Random, day: str) -> str:
    """An ISO day that may be missing, have day and month swapped, a wrong digit, or be the first of January."""
    fault = rng.random()
    if fault < 0.28:
        return ""
    if fault < 0.31:
        year, month, day_of_month = day.split("-")
        return f"{year}-{day_of_month}-{month}" if int(day_of_month) <= 12 else day
    if fault < 0.34:
        return mistyped(rng, day) if rng.random() < 0.3 else day[:3] + rng.choice(_DIGITS) + day[4:]
    return day[:5] + "01-01" if fault < 0.36 else day


def recorded_email(rng: Random, address: str) -> str:
    """An address that may be missing, mistyped, at a misspelled provider, capitalised, or carry a plus tag."""
    fault = rng.random()
    if fault < 0.22:
        return ""
    if fault < 0.26:
        user, domain = address.split("@")
        return mistyped(rng, user) + "@" + domain
    if fault < 0.28:
        return address.replace("gmail.com", "gmial.com").replace("hotmail", "hotmial")
    if fault < 0.33:
        return address.upper() if rng.random() < 0.5 else address.title()
    if fault < 0.345 and address.endswith("gmail.com"):
        return address.replace("@", "+shop@")
    return address


def recorded_phone(rng: Random, number: str) -> str:
    """A number that may be missing or mistyped."""
    fault = rng.random()
    if fault < 0.26:
        return ""
    return mistyped(rng, number) if fault < 0.30 else number


def recorded_address(rng: Random, address: list[str]) -> list[str]:
    """Street, city, state, postal code, country: missing but for the country, abbreviated, or mistyped."""
    street, city, state, code, country = address
    if rng.random() < 0.30:
        return ["", "", "", "", country if rng.random() < 0.5 else ""]
    if rng.random() < 0.35:
        for kind, abbreviation in STREET_KINDS.items():
            street = street.replace(kind, abbreviation)
    if rng.random() < 0.08:
        street = mistyped(rng, street)
    if rng.random() < 0.05:
        code = mistyped(rng, code)
    if rng.random() < 0.06:
        street = ""
    return [street, city, state, code, country]


def recorded_gender(rng: Random, gender: str) -> str:
    """A letter, a word, or nothing."""
    if rng.random() < 0.35:
        return ""
    return {"M": "Male", "F": "Female"}[gender] if rng.random() < 0.15 else gender


def formatted_phone(rng: Random, number: str) -> str:
    """An international number as people write it: E.164, national, in groups, with brackets."""
    digits = number.lstrip("+")
    form = rng.random()
    if digits.startswith("84"):
        local = digits[2:]
        forms = [
            (0.35, number),
            (0.75, f"0{local}"),
            (0.9, f"0{local[:2]} {local[2:5]} {local[5:]}"),
            (1.0, f"84{local}"),
        ]
    else:
        local = digits[1:]
        forms = [
            (0.3, number),
            (0.55, local),
            (0.75, f"({local[:3]}) {local[3:6]}-{local[6:]}"),
            (0.92, f"{local[:3]}-{local[3:6]}-{local[6:]}"),
            (1.0, f"1{local}"),
        ]
    return next(text for below, text in forms if form < below)


def email_address(rng: Random, first: str, last: str, born: dt.date) -> str:
    """An address somebody of this name and age would choose."""
    first = re.sub("[^a-z]", "", without_accents(first).lower()) or "x"
    last = re.sub("[^a-z]", "", without_accents(last).lower()) or "y"
    style = rng.random()
    number = rng.choice(["", str(born.year)[2:], str(born.year), str(rng.randint(1, 999))])
    if style < 0.35:
        user = f"{first}.{last}"
    elif style < 0.55:
        user = first + last
    elif style < 0.72:
        user = first[0] + last
    elif style < 0.8:
        user = last + first
    elif style < 0.9:
        user = f"{first}_{last}"
    else:
        user = f"{first}{rng.randint(10, 9999)}"
    if rng.random() < 0.7:
        user += number
    return f"{user}@{rng.choice(MAIL_DOMAINS)}"
