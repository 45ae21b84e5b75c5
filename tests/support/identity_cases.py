"""Random records that share a lot, and random decisions of people about them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from support.identity_rule import Override

RECORD = st.fixed_dictionaries(
    {},
    optional={
        "user_id": st.sampled_from(["u1", "u2", "u3"]),
        "national_id": st.sampled_from(["n1", "n2"]),
        "email": st.sampled_from(["a@s.vn", "b@s.vn", "c@s.vn", "d@s.vn"]),
        "phone": st.sampled_from(["+12025550101", "+12025550102"]),
        "anonymous_id": st.sampled_from(["k1", "k2", "k3"]),
        "first_name": st.sampled_from(["lan", "lam", "l", "minh", "hoa"]),
        "last_name": st.sampled_from(["tran", "ngo"]),
        "date_of_birth": st.sampled_from(["1980-05-07", "1980-07-05", "1981-05-07", "1990-12-24"]),
    },
)


# Says nothing but who it is: match rules alone can tie it.
NAMED = st.fixed_dictionaries(
    {
        "first_name": st.sampled_from(["lan", "lam", "minh", "hoa"]),
        "last_name": st.sampled_from(["tran", "ngo"]),
        "date_of_birth": st.sampled_from(["1980-05-07", "1990-12-24"]),
    },
)


@st.composite
def overrides(draw: st.DrawFn, count: int) -> list[Override]:
    """Up to three decisions about records numbered from 0 to count - 1."""
    index = st.integers(0, count - 1)
    decided = []
    for kind in draw(st.lists(st.sampled_from(["must_link", "cannot_link"]), max_size=3)):
        first, second = draw(st.sets(index, min_size=1, max_size=3)), draw(st.sets(index, min_size=1, max_size=3))
        if second - first:
            decided.append(Override(kind, (frozenset(first), frozenset(second - first))))
    return decided


def decide(db: Any, override: Override, raws: dict[int, int]) -> None:
    """What a person decides, as the functions for it write it: the override, and work for the resolver."""
    number = db.value(
        "INSERT INTO tenant_acme.cdp_link_overrides (kind) VALUES (%s) RETURNING link_override_id", override.kind
    )
    for side, members in enumerate(override.sides, start=1):
        for index in members:
            db.execute(
                "INSERT INTO tenant_acme.cdp_link_override_members VALUES (%s, %s, %s)", number, raws[index], side
            )
            db.execute(
                "INSERT INTO tenant_acme.cdp_resolution_queue (raw_profile_id, needs_relink) VALUES (%s, true)",
                raws[index],
            )
