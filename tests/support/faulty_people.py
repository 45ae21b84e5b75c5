"""People made with known probabilities of every fault, so that what training should find is known beforehand."""

from __future__ import annotations

from random import Random

from psycopg.types.json import Jsonb

from support.session import Session

GIVEN = ["anna", "bela", "carl", "dora", "emil", "fina", "gero", "hugo", "ines", "jona", "kira", "lars", "mona", "nils"]
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "wa", "xe", "zi"]
KEPT = {"first_name": 0.8, "last_name": 0.85, "date_of_birth": 0.9, "email": 0.7}
PEOPLE = 400


def family_name(rng: Random) -> str:
    return "".join(rng.choice(SYLLABLES) for _ in range(3))


def person(rng: Random) -> dict[str, str]:
    given, family = rng.choice(GIVEN), family_name(rng)
    return {
        "first_name": given,
        "last_name": family,
        "date_of_birth": f"{rng.randint(1940, 2005)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
        "email": f"{family}{rng.randint(100000, 999999)}@mail{rng.randint(1, 90)}.test",
    }


def records(seed: int) -> list[dict[str, str]]:
    """Two records of each person; a value of the second is somebody else's with the probability 1 - KEPT."""
    rng = Random(seed)
    made = []
    for _ in range(PEOPLE):
        first, stranger = person(rng), person(rng)
        made.append(first)
        made.append({name: first[name] if rng.random() < kept else stranger[name] for name, kept in KEPT.items()})
    return made


def load(db: Session, people: list[dict[str, str]], *, tenant: str = "acme") -> None:
    """Load the records in their order, each with its place in it as the trait number."""
    for number, traits in enumerate(people):
        db.execute(
            f"INSERT INTO tenant_{tenant}.cdp_raw_profiles (source, identifiers, traits) VALUES ('crm', '{{}}', %s)",
            Jsonb(traits | {"number": number, "person": f"p{number // 2}"}),
        )
