-- Which part of the condition of a segment holds for a golden record and which does not, with the values it looked at: one row a part.
-- kind is and, or, not, or leaf; parent is the place of the part it belongs to; holds is NULL where a value is missing. Computed now,
-- whereas membership is that of the last evaluation. Reads only.
-- Raises: U2404 profile_not_found, U3301 segment_not_found, U3304 segment_hidden, U3305 segment_not_compiled, U4404 tenant_not_found,
-- U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360.explain_segment(
    p_tenant            text,
    p_segment           text,
    p_master_profile_id uuid,
    p_as_of             timestamptz DEFAULT now()
)
    RETURNS TABLE (place integer, parent integer, kind text, condition text, holds boolean, "values" jsonb)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._check_segment(p_tenant, p_segment);

    IF to_regprocedure(format('%I.%I(uuid, timestamptz)', 'tenant_' || p_tenant, '_why_' || p_segment)) IS NULL THEN
        RAISE EXCEPTION 'segment "%" is not compiled', p_segment
            USING ERRCODE = 'U3305',
                  HINT = 'c360 segment list says what is wrong with it.';
    END IF;

    RETURN QUERY EXECUTE format('SELECT * FROM %I.%I($1, $2)', 'tenant_' || p_tenant, '_why_' || p_segment)
    USING p_master_profile_id, c360._checked_time('p_as_of', p_as_of);

    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no golden record %', p_master_profile_id
            USING ERRCODE = 'U2404',
                  HINT = 'It may have been absorbed by another one: c360 profile show says which.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360.explain_segment(text, text, uuid, timestamptz) IS
    'Which part of a condition holds for a golden record and which does not, with the values.';
