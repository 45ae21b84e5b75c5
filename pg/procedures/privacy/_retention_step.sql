-- One real step of one kind, if nobody else is at it: locks its row of retention_states, removes, and writes down how far it
-- came. Answers as _retain does, without the cursor; {is_busy} when another session is at it. Waits for nobody.
-- Trusts the search_path.

CREATE OR REPLACE FUNCTION c360._retention_step(
    p_tenant text,
    p_kind   text,
    p_before timestamptz,
    p_limit  integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_cursor jsonb;
    v_step   jsonb;
BEGIN
    INSERT INTO c360.retention_states (tenant, kind)
    SELECT
        p_tenant,
        p_kind
    WHERE NOT EXISTS (
        SELECT
        FROM c360.retention_states AS state
        WHERE state.tenant = p_tenant
          AND state.kind = p_kind
    )
    ON CONFLICT (tenant, kind) DO NOTHING;

    SELECT state.cursor
    INTO v_cursor
    FROM c360.retention_states AS state
    WHERE state.tenant = p_tenant
      AND state.kind = p_kind
    FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        RETURN jsonb_build_object('removed', 0, 'is_busy', true);
    END IF;

    v_step := c360._retain(p_tenant, p_kind, p_before, false, p_limit, v_cursor);

    UPDATE c360.retention_states AS state
    SET cursor = coalesce(v_step -> 'cursor', '{}'),
        applied_at = clock_timestamp()
    WHERE state.tenant = p_tenant
      AND state.kind = p_kind
      AND v_step -> 'is_postponed' IS NULL;

    RETURN v_step - 'cursor';
EXCEPTION
    -- Two sessions that begin with the kind for the first time, or somebody who is just changing the tenant.
    WHEN lock_not_available THEN
        RETURN jsonb_build_object('removed', 0, 'is_busy', true);
END;
$$;

COMMENT ON FUNCTION c360._retention_step(text, text, timestamptz, integer) IS
    'One step of removing one kind of data, by one session at a time.';
