"""An Airflow DAG of what the lake of every tenant needs once a day, and of scores that are fitted anew.

For Airflow 3, without providers: each task calls the program c360, with the rights and the address that its environment
says (C360_DSN, or PG*; for S3 the credentials of AWS). Where c360 is not in the PATH of the workers, C360_PROGRAM says
where it is. Every command may be repeated: what is done stays, what is missing is done.

    airflow dags trigger c360_lake --conf '{"drop": true, "keep": 13}'
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, get_current_context, task, task_group
from airflow.sdk.exceptions import AirflowSkipException

REFUSED = 1  # how c360 ends when it did not do what was asked, and says why


def c360(*arguments: str) -> str:
    """What the command answers; what it says about it is in the log of the task. Raises when it ends with an error."""
    program = os.environ.get("C360_PROGRAM", "c360")
    ran = subprocess.run([program, *arguments], stdout=subprocess.PIPE, text=True, check=True)
    print(ran.stdout)
    return ran.stdout


def tenants() -> list[str]:
    return [tenant["tenant"] for tenant in json.loads(c360("tenant", "list", "--json"))]


@task
def all_tenants() -> list[str]:
    return tenants()


@task
def tenants_with_a_lake() -> list[str]:
    return [name for name in tenants() if json.loads(c360("lake", "status", name, "--json")).get("url")]


@task
def export(tenant: str) -> None:
    c360("lake", "export", tenant)


@task
def verify(tenant: str) -> None:
    c360("lake", "verify", tenant)


@task
def drop_verified(tenant: str) -> None:
    params = get_current_context()["params"]
    if not params["drop"]:
        raise AirflowSkipException('nothing is dropped unless the run says {"drop": true}')
    c360("lake", "drop-verified", tenant, "--keep", str(params["keep"]), "--yes")


@task(trigger_rule="none_failed")
def maintain(tenant: str) -> None:
    c360("lake", "erase", tenant)
    c360("lake", "compact", tenant)
    if json.loads(c360("lake", "status", tenant, "--json"))["format"] == "iceberg":
        c360("lake", "maintain", tenant)


@task_group
def lake(tenant: str) -> None:
    export(tenant) >> verify(tenant) >> drop_verified(tenant) >> maintain(tenant)


@task
def fit(tenant: str) -> str:
    try:
        c360("score", "fit", tenant, "clv")
    except subprocess.CalledProcessError as error:
        if error.returncode != REFUSED:
            raise
        print("too few customers for a fit, so there is none")
    return tenant


@task
def refresh(tenant: str) -> None:
    c360("score", "refresh", tenant)


@dag(
    schedule="@daily",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
    # Months leave PostgreSQL only where somebody said so: the newest `keep` stay in any case.
    params={"drop": False, "keep": 13},
    tags=["c360"],
    doc_md=__doc__,
)
def c360_lake() -> None:
    lake.expand(tenant=tenants_with_a_lake())
    refresh.expand(tenant=fit.expand(tenant=all_tenants()))


c360_lake()
