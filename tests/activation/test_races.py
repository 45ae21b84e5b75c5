"""What meets while rules decide: the same thing found again, the same answer counted twice."""

from __future__ import annotations

from activation.conftest import Activations
from support.observations import resolve


def test_what_is_found_again_while_it_is_decided_is_decided_once_and_stops_nothing(
    connect, in_background, wait_until_blocked
):
    decider, finder = connect(), connect()
    work = Activations(decider)
    work.rule()
    work.does("an")
    resolve(decider)
    decider.call("c360.refresh_profiles", "acme")
    work.does("an", "Other")
    resolve(decider)
    decider.commit()

    assert decider.call("c360.run_activations", "acme")["requested"] == 1
    found = in_background(finder.call, "c360.refresh_profiles", "acme")
    wait_until_blocked(finder)
    decider.commit()
    found.result()
    finder.commit()
    work.does("binh")

    assert work.work(1) == {"requested": 1, "refused": 0, "held": 0}
    assert [told["profile_id"] for told in work.told()] == [work.id_of("an"), work.id_of("binh")]
