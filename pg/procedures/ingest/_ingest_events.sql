-- Ingests the events of one body and says what became of them. Called as the copy that each tenant has (c360._tenant_copies()), which
-- brings the path.

CREATE OR REPLACE FUNCTION c360._ingest_events(
    p_tenant       text,
    p_source       text,
    p_events       c360.sent_event[],
    p_received_at  timestamptz,
    OUT accepted     bigint,
    OUT duplicates   bigint,
    OUT implausible  bigint,
    OUT rejected     jsonb
)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    SELECT told.accepted, told.duplicates, told.implausible, told.rejected
    INTO accepted, duplicates, implausible, rejected
    FROM _record_events(p_tenant, p_source, p_events, p_received_at) AS told;
END;
$$;

COMMENT ON FUNCTION c360._ingest_events(text, text, c360.sent_event[], timestamptz) IS
    'Records the events of one body; answers what became of them.';
