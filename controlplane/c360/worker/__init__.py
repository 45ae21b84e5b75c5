"""Works off what ingest leaves to do: identity resolution, upkeep of partitions, scores, sessions.

    service.py    run_worker(): the loops, started and stopped together
    resolver.py   resolves queued observations, tenant by tenant
    rounds.py     visits every tenant from time to time: partitions, scores, sessions
    jobs.py       runs what the tenants want done at certain times
    syncs.py      brings schemas in line with changed metadata, where it may become the owner

What the work is, is decided in SQL. Any number of workers may run: the database gives each tenant to one at a time.
"""

from c360.worker.service import run_worker

__all__ = ["run_worker"]
