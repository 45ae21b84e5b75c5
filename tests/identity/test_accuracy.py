"""The default recipe, trained on data with known truth, finds who is who. Larger sets: make bench-identity."""

from pathlib import Path

import benchmarks.identity
import pytest
from benchmarks.identity.dataset import read
from benchmarks.identity.evaluation import judge
from benchmarks.identity.tenant import Tenant

DATA = Path(benchmarks.identity.__file__).parent / "data"


@pytest.mark.parametrize(("name", "at_least"), [("febrl1", 0.99), ("fake_1000", 0.87)])
def test_a_trained_model_finds_the_people_of_a_public_data_set(connect, name, at_least):
    data = read(DATA / f"{name}.csv", name=name)
    tenant = Tenant(connect(autocommit=True).connection, name, data)
    tenant.load()
    tenant.train()
    tenant.resolve()

    verdict = judge(tenant.clusters(), data.truth)

    assert verdict.f1 >= at_least
    assert verdict.largest_cluster == verdict.largest_person
