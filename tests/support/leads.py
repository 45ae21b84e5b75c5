"""Many leads of tenant acme, with what they did in four months: enough to fit a model to and to judge it by.

Their events are put where the counting of days would put them.
"""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime
from math import log

from c360.governance.tenants import as_owner
from support.regression import sigmoid
from support.session import Session

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
GOAL = "Order Completed"
PEOPLE = 900

# Days before today with a click, whether the e-mail is known, and the day of the order, if there is one.
Life = tuple[list[int], bool, int | None]


def lives(seed: int = 3) -> list[Life]:
    """What each of many people does and when, in days before today: two months of clicks, and then, maybe, the goal.

    Who clicks more and whose e-mail is known is likelier to order in each of the last two months.
    """
    chance = random.Random(seed)
    people: list[Life] = []
    for _ in range(PEOPLE):
        rate, mail = chance.choice([1, 3, 8]), chance.random() < 0.5
        clicks = sorted(chance.sample(range(1, 121), rate * 3), reverse=True)
        order: int | None = None
        for cut in (61, 31):
            seen = sum(cut <= day < cut + 30 for day in clicks)
            if order is None and chance.random() < sigmoid(-3.2 + 1.1 * log(1 + seen) + 1.2 * mail):
                order = cut - chance.randint(1, 30)
        people.append((clicks, mail, order))
    return people


def profile(number: int) -> uuid.UUID:
    """The id of the golden record of a person."""
    return uuid.uuid5(uuid.NAMESPACE_OID, str(number))


def play(db: Session, days: list[tuple[int, str, int]]) -> None:
    """Events where the counting of days would put them: person, name, days before today."""
    db.execute(
        """
        INSERT INTO tenant_acme.cdp_activity_days AS own (raw_profile_id, day, event_name, kept_count)
        SELECT link.raw_profile_id, %s::date - given.ago, given.name, count(*)
        FROM unnest(%s::uuid[], %s::text[], %s::integer[]) AS given (id, name, ago)
        JOIN tenant_acme.cdp_profile_links AS link ON link.master_profile_id = given.id
        GROUP BY 1, 2, 3
        ON CONFLICT (raw_profile_id, day, event_name) DO UPDATE SET kept_count = own.kept_count + excluded.kept_count
        """,
        TODAY,
        [profile(number) for number, *_ in days],
        [name for _, name, _ in days],
        [ago for *_, ago in days],
    )


def play_leads(db: Session) -> None:
    """The golden records of lives(), known as they are for 200 days, with their days."""
    people = lives()
    with as_owner(db.connection):
        db.execute(
            """
            WITH person AS (
                SELECT given.id, given.mail, given.number
                FROM unnest(%s::uuid[], %s::text[]) WITH ORDINALITY AS given (id, mail, number)
            ),
            seen AS (
                INSERT INTO tenant_acme.cdp_raw_profiles (source, identifiers)
                SELECT 'web', jsonb_build_object('user_id', 'u' || person.number)
                FROM person
                RETURNING raw_profile_id, identifiers
            ),
            known AS (
                INSERT INTO tenant_acme.cdp_master_profiles (master_profile_id, email)
                SELECT person.id, person.mail FROM person
            ),
            told AS (
                INSERT INTO tenant_acme.cdp_profile_history (master_profile_id, version, change, profile, valid_from)
                SELECT person.id, 1, 'created', jsonb_build_object('email', person.mail), now() - interval '200 days'
                FROM person
            )
            INSERT INTO tenant_acme.cdp_profile_links (raw_profile_id, master_profile_id, component_id, rule)
            SELECT seen.raw_profile_id, person.id, seen.raw_profile_id, 'new'
            FROM person
            JOIN seen ON seen.identifiers ->> 'user_id' = 'u' || person.number
            """,
            [profile(number) for number in range(PEOPLE)],
            [f"u{number}@example.org" if mail else None for number, (_, mail, _) in enumerate(people)],
        )
        db.execute("DELETE FROM tenant_acme.cdp_resolution_queue")
        play(db, [(number, "identify", 121) for number in range(PEOPLE)])
        play(db, [(number, "Clicked", ago) for number, (clicks, *_) in enumerate(people) for ago in clicks])
        play(db, [(number, GOAL, order) for number, (*_, order) in enumerate(people) if order is not None])
