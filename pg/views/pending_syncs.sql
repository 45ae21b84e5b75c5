-- Tenants whose schema does not follow their metadata, why, and what a person may do. For the owner of c360; people of one tenant have
-- sync_state().

CREATE OR REPLACE VIEW c360.pending_syncs AS
SELECT
    known.tenant,
    sync.document ->> 'state' AS state,
    (sync.document -> 'auto_sync')::boolean AS auto_sync,
    (sync.document ->> 'requested_at')::timestamptz AS requested_at,
    (sync.document ->> 'synced_at')::timestamptz AS synced_at,
    (sync.document ->> 'attempted_at')::timestamptz AS attempted_at,
    (sync.document ->> 'retry_at')::timestamptz AS retry_at,
    sync.document ->> 'error_code' AS error_code,
    sync.document ->> 'error_hint' AS error_hint,
    sync.document #>> '{plan,detail}' AS detail,
    sync.document #>> '{plan,confirm}' AS confirm,
    nullif(sync.document -> 'plan', 'null') AS plan
FROM c360.tenants AS known
CROSS JOIN LATERAL c360._sync_state(known.tenant) AS sync (document)
WHERE sync.document ->> 'state' <> 'current';

COMMENT ON VIEW c360.pending_syncs IS 'Tenants that do not follow their metadata: pending, waiting for a person (detail, confirm) or failed (error_code, error_hint).';
COMMENT ON COLUMN c360.pending_syncs.confirm IS 'The command that agrees to what waits.';
