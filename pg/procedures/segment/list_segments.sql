-- Lists the segments of a tenant in the order of their codes: what the metadata says, and what is in force. status is that of
-- cdp_segment_states, new before the first sync; is_current says whether the compiled condition is that of the metadata. Of segments whose
-- members people may not see, neither condition nor number is shown. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.list_segments(p_tenant text)
    RETURNS TABLE (
        segment       text,
        title         text,
        description   text,
        condition     text,
        status        text,
        members       bigint,
        problem       text,
        made_of       text[],
        columns       text[],
        is_current    boolean,
        is_hidden     boolean,
        cost          double precision,
        compiled_with text,
        compiled_at   timestamptz,
        created_at    timestamptz,
        created_by    text,
        changed_at    timestamptz,
        changed_by    text
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_hidden text[];
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    v_hidden := c360._hidden_segments(p_tenant);

    RETURN QUERY
    SELECT
        known.segment,
        known.title,
        known.description,
        c360._shown_condition(p_tenant, known.condition),
        coalesce(state.status, 'new'),
        CASE WHEN known.segment <> ALL (v_hidden) THEN (
            SELECT count(*)
            FROM cdp_segment_members AS member
            WHERE member.segment = known.segment
        ) END,
        state.problem,
        coalesce(state.segments, '{}'),
        coalesce(state.columns, '{}'),
        coalesce(state.condition = known.condition, false),
        known.segment = ANY (v_hidden),
        state.cost,
        state.compiled_with,
        state.compiled_at,
        known.created_at,
        known.created_by,
        known.changed_at,
        known.changed_by
    FROM c360.segments AS known
    LEFT JOIN cdp_segment_states AS state ON state.segment = known.segment
    WHERE known.tenant = p_tenant
    ORDER BY known.segment;
END;
$$;

COMMENT ON FUNCTION c360.list_segments(text) IS
    'Segments of a tenant with their conditions, members and problems.';
