"""The fixed set of SQL functions the daemons may call.

A name that is not here cannot be called, so no text from outside can become SQL. A test compares the set with the
catalogue: a function that was renamed or dropped is noticed before a daemon meets it.
"""

from __future__ import annotations

RELAY = frozenset(
    {
        "c360.await_bell",
        "c360.backfill_deliveries",
        "c360.bell_channel",
        "c360.bury_deliveries",
        "c360.claim_credentials",
        "c360.claim_lanes",
        "c360.compare_clocks",
        "c360.fan_out",
        "c360.feed_status",
        "c360.maintain_deliveries",
        "c360.maintain_message_partitions",
        "c360.next_delivery_due",
        "c360.note_sent_messages",
        "c360.read_deliveries",
        "c360.relay_status",
        "c360.release_lanes",
        "c360.renew_credentials",
        "c360.renew_relay",
        "c360.ring_topics",
        "c360.settle_deliveries",
        "c360.subscription_rendering",
        "c360.subscription_secrets",
    }
)

SINK = frozenset(
    {
        "c360.claim_sinks",
        "c360.commit_sink",
        "c360.note_sink",
        "c360.read_due_refusals",
        "c360.read_sink",
        "c360.release_sinks",
        "c360.settle_refusals",
    }
)

GATEWAY = frozenset(
    {
        "c360_v1.agent_context_by_key",
        "c360_v1.check_key",
        "c360_v1.openapi_by_key",
        "c360_v1.outcome_by_key",
        "c360_v1.profile_by_key",
        "c360_v1.read_by_key",
        "c360_v1.receive",
        "c360_v1.receive_chat",
        "c360_v1.receive_many",
        "c360_v1.receive_records",
        "c360_v1.schema_version",
    }
)

WORKER = frozenset(
    {
        "c360.apply_retention",
        "c360.await_bell",
        "c360.bell_channel",
        "c360.claim_jobs",
        "c360.claim_lake",
        "c360.finish_job_run",
        "c360.jobs_to_plan",
        "c360.list_tenants",
        "c360.maintain_event_partitions",
        "c360.note_lake_visit",
        "c360.plan_job",
        "c360.refresh_profiles",
        "c360.refresh_reports",
        "c360.refresh_scores",
        "c360.refresh_segments",
        "c360.refresh_traits",
        "c360.refresh_sessions",
        "c360.rejected_backlog",
        "c360.renew_job_run",
        "c360.resolve_identities",
        "c360.run_activations",
        "c360.run_job_step",
        "c360.snapshot_holders",
        "c360.tenants_with_work",
    }
)

FUNCTIONS: frozenset[str] = RELAY | SINK | GATEWAY | WORKER
