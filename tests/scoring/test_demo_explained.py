"""The parts of every score add up to it for everybody of the two shops of the demo."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from c360.demo import story
from c360.governance.tenants import as_owner
from support.observations import resolve
from support.session import Session

PEOPLE = 995 + 2357
LEAD = {
    "Buys": {"points": 20, "event": "Order Completed", "within_days": 3000},
    "Has an e-mail": {"points": 3.5, "attribute": "email"},
    "Spends": {"points": 7, "metric": "total_revenue", "at_least": 100},
}
SCORES = {
    "rfm_segment": ("cdp_rfm", "recency_score * 100 + frequency_score * 10 + monetary_score"),
    "recency_score": ("cdp_rfm", "recency_score"),
    "frequency_score": ("cdp_rfm", "frequency_score"),
    "monetary_score": ("cdp_rfm", "monetary_score"),
    "clv": ("cdp_clv", "clv"),
    "engagement": ("cdp_engagement", "engagement"),
    "inactivity": ("cdp_inactivity", "inactivity"),
    "lead": ("cdp_lead", "lead"),
}
# One by one takes long, because cut points and lifetime value are worked out anew for each.
TOGETHER = """
    SELECT said.master_profile_id, sum(said.points), bool_and(said.words <> '')
    FROM c360._explain_scores('acme', %s, %s) AS said
    GROUP BY said.master_profile_id
"""


def play(db: Session, source: str, events: Iterable[dict[str, Any]]) -> None:
    waiting = list(events)
    for start in range(0, len(waiting), 1000):
        assert not db.call("c360.ingest", "acme", {"batch": waiting[start : start + 1000]}, source)["rejected"]
    db.commit()


def analyze(db: Session) -> None:
    """What autovacuum does when nobody hurries."""
    with as_owner(db.connection):
        db.execute("ANALYZE")
    db.commit()


def test_the_parts_add_up_for_everybody_of_the_demo(db, database):
    customers = story.shop_customers()
    play(db, "web", [*story.shop_events(customers), *story.sign_in_events(customers)])
    play(db, "records", story.record_shop_events())
    analyze(db)
    resolve(db)
    analyze(db)
    db.call("c360.set_engagement", "acme", 900, {"Order Completed": 3.3})
    db.call("c360.set_lead", "acme", LEAD)
    db.commit()
    while db.call("c360.refresh_profiles", "acme")["has_more"]:
        db.commit()
    analyze(db)
    assert db.call("c360.fit_clv", "acme")["is_active"] is True
    db.execute("SET LOCAL search_path = pg_catalog, tenant_acme, pg_temp")

    for score, (view, formula) in SCORES.items():
        known = dict(db.rows(f"SELECT master_profile_id, {formula} FROM tenant_acme.{view}"))
        told = db.rows(TOGETHER, list(known), score)

        assert len(known) == PEOPLE
        assert {profile_id: type(known[profile_id])(total) for profile_id, total, _ in told} == {
            profile_id: value for profile_id, value in known.items() if value is not None
        }
        assert all(has_words for _, _, has_words in told)
        for profile_id, total, _ in told[::1000]:
            assert (
                sum(part["points"] for part in db.call_rows("c360.explain_score", "acme", profile_id, score)) == total
            )
