-- Records events: an array of them, one event, or {"batch": [...], "context": {...}, "sentAt": "..."}. No size limit.
-- Safe to repeat: an event whose (source, messageId) is known counts as a duplicate. An event that cannot be taken is
-- kept in cdp_rejected_events with its reason and harms no other.
-- Answers {accepted, duplicates, rejected: [{index, messageId, code, message}]}.
-- Raises: U1002 body_not_events, U1005 body_too_deep, U1006 source_invalid,
--         U4404 tenant_not_found, U4423 tenant_suspended, U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360.ingest(
    p_tenant       text,
    p_batch        jsonb,
    p_source       text DEFAULT 'sql',
    p_received_at  timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema   text := c360._check_tenant(p_tenant, 'write');
    v_outcome  jsonb;
BEGIN
    IF p_source IS NULL OR p_source !~ '^[a-z0-9][a-z0-9_.-]{0,62}$' THEN
        RAISE EXCEPTION 'source "%" is not a valid name', p_source
            USING ERRCODE = 'U1006',
                  HINT = 'Use up to 63 small letters, digits, _, . and -.';
    END IF;
    IF p_batch IS NULL THEN
        PERFORM c360._refuse_body(NULL);
    END IF;

    EXECUTE format(
        $sql$
            SELECT jsonb_build_object('accepted', told.accepted, 'duplicates', told.duplicates, 'rejected', told.rejected)
            FROM %I._ingest_events($1, $2, $3, $4) AS told
        $sql$,
        v_schema
    )
    USING
        p_tenant,
        p_source,
        c360._unpack_json(NULL, p_batch),
        -- Each month of it becomes a partition, so both past and future end.
        coalesce(
            c360._checked_time('p_received_at', p_received_at, now() - interval '40 years', now() + interval '10 years'),
            now()
        )
    INTO v_outcome;

    RETURN v_outcome;
END;
$$;

COMMENT ON FUNCTION c360.ingest(text, jsonb, text, timestamptz) IS
    'Records events of a touchpoint in a tenant, each exactly once; answers how many were accepted, duplicate or rejected.';
