"""Write what c360 knows of numbering plans and names of countries: _phone_plans.sql and _country_names.sql.

Run by hand (`make phone-plans`) when a new release of `phonenumbers` or `babel` is wanted; both are needed here and in
tests, never where c360 runs. Two sources are ours: renumberings.csv (numbers that were all given new leading digits, so
that the old form tells the new one; sets such as `[2-9]` in both columns stand for each other digit by digit) and
country_names.csv (short and formal names that CLDR does not have).
"""

from __future__ import annotations

import csv
import itertools
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS, PhoneMetadata

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "pg" / "procedures" / "identity"

# Leading digits that tell which lengths a number may have.
DEPTH = 3

# Numbers that a person may have, by the names the metadata gives them.
PERSONAL = ("fixed_line", "mobile", "voip", "personal_number")

# Names of all countries in the languages that most records come in; beside these, each country has its name in its own.
LANGUAGES = (
    "en vi fr de es pt it nl pl ru uk tr ar he fa ja ko zh zh_Hant th id ms hi bn sv da nb fi cs sk hu ro el bg hr"
)

# As c360._in_small_letters() does it, and letters that have no plain letter inside.
SMALL = str.maketrans("İΣς", "iσσ")
LETTERS = str.maketrans("đðøłßæœıþ", "ddolsaoip")
PUNCTUATION = r"\u0001-/:-@\[-`{-\u00bf\u02b0-\u02ff\u2000-\u206f\u3000-\u3004\u3008-\u303f\u30fb"


def main() -> None:
    plans = [f"{quoted(key)}: {quoted(value)}" for key, value in sorted(phone_plans().items())]
    write("_phone_plans", "phonenumbers " + version("phonenumbers"), plans)
    names: dict[str, list[str]] = defaultdict(list)
    for name, country in sorted(country_names().items()):
        names[country].append(f"{quoted(name)}: {quoted(country)}")
    write(
        "_country_names", f"babel {version('babel')} (CLDR)", [", ".join(names[country]) for country in sorted(names)]
    )


def write(name: str, source: str, lines: list[str]) -> None:
    """Put the lines where the constant of a file stands; the text around is written by hand."""
    path = TARGET / f"{name}.sql"
    data = "{\n" + ",\n".join(lines).replace("'", "''") + "\n}"
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?<=SELECT ').*(?='::jsonb)", lambda _: data, text, flags=re.DOTALL)
    text = re.sub(r"(?<=Source: ).*?(?=[;.] )", lambda _: source, text)
    path.write_text(text, encoding="utf-8")


def quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


# Numbering plans ------------------------------------------------------------------------------------------------------


def phone_plans() -> dict[str, Any]:
    plans: dict[str, Any] = {}
    renumbered = renumberings()
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        if regions == ("001",):
            if world := world_plan(code):
                plans[str(code)] = world
            continue
        main, *_ = regions
        for region in regions:
            plans[region] = plan(PhoneMetadata.metadata_for_region(region))
        # Numbers with the code may be of any of its countries.
        together = set().union(*(shapes(PhoneMetadata.metadata_for_region(region)) for region in regions))
        plans[main] |= shaped(shortest(together))
        if str(code) in renumbered:
            old = renumbered[str(code)]
            plans[main]["old"] = old
            plans[main]["old_shapes"] = written({(form[0], int(form.split("/")[1])) for form in old})
        plans[str(code)] = main
    missing = SUPPORTED_REGIONS - plans.keys()
    if missing:
        raise ValueError(f"no plan for {sorted(missing)}")
    return plans


def world_plan(code: int) -> dict[str, Any] | None:
    """Numbers of satellites and of the Internet; those that are free or dear to call are nobody's."""
    metadata = PhoneMetadata.metadata_for_nongeo_region(code)
    return plan(metadata) if shapes(metadata) else None


def plan(metadata: Any) -> dict[str, Any]:
    entry = {"code": str(metadata.country_code), **shaped(shapes(metadata))}
    if metadata.international_prefix not in (None, "00"):
        entry["abroad"] = f"^(?:{sql_pattern(metadata.international_prefix)})"
    if home := sql_pattern(metadata.national_prefix_for_parsing or ""):
        entry["home" if home.isdigit() else "home_pattern"] = home if home.isdigit() else f"^(?:{home})"
    if metadata.national_prefix_transform_rule:
        entry["home_becomes"] = metadata.national_prefix_transform_rule
    return entry


def sql_pattern(pattern: str) -> str:
    return re.sub(r"\s", "", pattern).replace(r"\d", "[0-9]")


def shapes(metadata: Any) -> set[tuple[str, int]]:
    """Leading digits and length of the numbers that a person may have."""
    descriptions = [getattr(metadata, kind) for kind in PERSONAL]
    lengths = {length for known in descriptions if known for length in known.possible_length or () if length > 0}
    found = beginning(metadata.general_desc.national_number_pattern)
    zero = "0" if metadata.national_prefix == "0" else "-"
    return shortest({(digits, length) for digits, length in found if length in lengths and digits[0] != zero})


def beginnings(items: Iterable[Any]) -> set[tuple[str, int]]:
    """All pairs of leading digits and length that an expression of digits allows."""
    found = {("", 0)}
    for operation, argument in items:
        found = joined(found, alternatives(str(operation), argument))
    return found


@cache
def beginning(pattern: str) -> frozenset[tuple[str, int]]:
    return frozenset(beginnings(re._parser.parse(pattern)))  # type: ignore[attr-defined]


def joined(first: set[tuple[str, int]], second: set[tuple[str, int]]) -> set[tuple[str, int]]:
    return {
        (digits if len(digits) < length else (digits + more)[:DEPTH], length + added)
        for digits, length in first
        for more, added in second
    }


def alternatives(operation: str, argument: Any) -> set[tuple[str, int]]:
    match operation:
        case "LITERAL":
            return {(chr(argument), 1)}
        case "IN":
            return {
                (digit, 1) for digit in "0123456789" if any(holds(str(kind), what, digit) for kind, what in argument)
            }
        case "SUBPATTERN":
            return beginnings(argument[3])
        case "BRANCH":
            return set().union(*map(beginnings, argument[1]))
        case "MAX_REPEAT":
            least, most, part = argument
            found: set[tuple[str, int]] = set()
            so_far, once = {("", 0)}, beginnings(part)
            for count in range(most + 1):
                if count >= least:
                    found |= so_far
                so_far = joined(so_far, once)
            return found
    raise ValueError(f"{operation} in a pattern of digits")


def holds(kind: str, what: Any, digit: str) -> bool:
    match kind:
        case "LITERAL":
            return ord(digit) == what
        case "RANGE":
            return what[0] <= ord(digit) <= what[1]
        case "CATEGORY":
            return True
    raise ValueError(f"{kind} in a set of digits")


def shortest(found: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """The same with as few leading digits as say it."""
    for depth in range(DEPTH, 1, -1):
        for start in {(digits[:-1], length) for digits, length in found if len(digits) == depth}:
            ten = {(start[0] + digit, start[1]) for digit in "0123456789"}
            if ten <= found:
                found = found - ten | {start}
    return {(digits, n) for digits, n in found if not any((digits[:i], n) in found for i in range(1, len(digits)))}


def written(found: set[tuple[str, int]]) -> str:
    return " " + " ".join(f"{digits}/{length}" for digits, length in sorted(found)) + " "


def shaped(found: set[tuple[str, int]]) -> dict[str, str]:
    lengths = sorted({length for _, length in found})
    return {"shapes": written(found), "lengths": f" {' '.join(map(str, lengths))} "}


def renumberings() -> dict[str, dict[str, str]]:
    """By calling code: leading digits and length of the old form, and the leading digits it has now."""
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for row in renumbering_rows():
        for old, new in prefixes(row["from"], row["to"]):
            known[row["calling_code"]][f"{old}/{row['digits']}"] = f"{row['apart']}>{new}" if row["apart"] else new
    return known


def renumbering_rows() -> list[dict[str, str]]:
    with (HERE / "renumberings.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def prefixes(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Both sides with a digit for each set; sets stand for each other one by one, in order."""
    places = re.split(r"\[([0-9-]+)\]", old)
    targets = re.split(r"\[([0-9-]+)\]", new)
    sets = [expanded(members) for members in places[1::2]]
    images = [expanded(members) for members in targets[1::2]] or sets
    for chosen in itertools.product(*(range(len(members)) for members in sets)):
        yield (
            filled(places[::2], [members[at] for members, at in zip(sets, chosen, strict=True)]),
            filled(
                targets[::2], [members[at] for members, at in zip(images, chosen, strict=True)] if "[" in new else []
            ),
        )


def expanded(members: str) -> str:
    return re.sub(r"(\d)-(\d)", lambda m: "".join(map(str, range(int(m[1]), int(m[2]) + 1))), members)


def filled(fixed: list[str], digits: list[str]) -> str:
    return "".join(part for pair in itertools.zip_longest(fixed, digits, fillvalue="") for part in pair)


# Names of countries ---------------------------------------------------------------------------------------------------


def country_names() -> dict[str, str]:
    """Comparable name to ISO 3166-1 alpha-2. English decides first, then a country's own languages; of the other
    languages a name counts where it means one country."""
    names: dict[str, str] = {}
    for country, name in (*three_letters(), *names_by_hand(), *cldr_names("en"), *own_names()):
        for key in keys(name):
            names.setdefault(key, country)
    others: dict[str, set[str]] = defaultdict(set)
    for language in LANGUAGES.split():
        for country, name in cldr_names(language):
            for key in keys(name):
                others[key].add(country)
    for key, countries in others.items():
        if len(countries) == 1:
            names.setdefault(key, *countries)
    return names


def territories() -> set[str]:
    return {code for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", code)} - {
        "EU",
        "EZ",
        "UN",
        "QO",
        "XA",
        "XB",
        "ZZ",
    }


def three_letters() -> Iterator[tuple[str, str]]:
    for code, countries in get_global("territory_aliases").items():
        if re.fullmatch("[A-Z]{3}", code) and len(countries) == 1:
            yield countries[0], code


def names_by_hand() -> Iterator[tuple[str, str]]:
    with (HERE / "country_names.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name in row["names"].split("|"):
                yield row["country"], name


def cldr_names(language: str) -> Iterator[tuple[str, str]]:
    names = Locale.parse(language).territories
    for country in sorted(territories()):
        if country in names:
            yield country, names[country]


def own_names() -> Iterator[tuple[str, str]]:
    for country in sorted(territories()):
        for language, spoken in sorted(get_global("territory_languages").get(country, {}).items()):
            if spoken["official_status"]:
                try:
                    name = Locale.parse(language).territories.get(country)
                except (UnknownLocaleError, ValueError):
                    continue
                if name:
                    yield country, name


def keys(name: str) -> Iterator[str]:
    """The comparable forms of a name, spellings included that a keyboard without the letters brings."""
    spellings = (
        {name, re.sub(r"\s*\(.*\)$", "", name)}
        if name.endswith(")") and "Congo" not in name and "Korea" not in name
        else {name}
    )
    for spelling in sorted(spellings):
        for variant in (
            spelling,
            spelling.translate(
                str.maketrans({"ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
            ),
            re.sub(r"\b(and|und|et|y|e|và)\b|&", "", spelling),
            spelling.replace("&", "and"),
            re.sub(r"\bSt\.? ", "Saint ", spelling),
            re.sub(r"\bSaint ", "St ", spelling),
            re.sub(r"\bIslands\b", "Is", spelling),
        ):
            # Two plain letters are a code.
            if (key := folded(variant)) and not (len(key) == 2 and variant.isascii()):
                yield key


def folded(text: str) -> str:
    """As c360._country_key() does it."""
    plain = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text))
    plain = unicodedata.normalize("NFC", plain)
    plain = plain.translate(SMALL).lower().translate(LETTERS)
    return re.sub(f"[{PUNCTUATION}]", "", plain)


if __name__ == "__main__":
    main()
