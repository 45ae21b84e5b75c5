-- Takes a segment of a tenant away. Safe to repeat: false when there is none of that name. Its members, their history and its
-- functions go with the next sync; nobody is told that they left.
-- Raises: U3303 segment_in_use; U4404 and U4423 of the tenant

CREATE OR REPLACE FUNCTION c360.remove_segment(
    p_tenant  text,
    p_segment text
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_others text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    SELECT string_agg(state.segment, ', ' ORDER BY state.segment)
    INTO v_others
    FROM cdp_segment_states AS state
    JOIN c360.segments AS known ON known.tenant = p_tenant AND known.segment = state.segment
    WHERE p_segment = ANY (state.segments);

    IF v_others IS NOT NULL THEN
        RAISE EXCEPTION 'segment "%" is part of others', p_segment
            USING ERRCODE = 'U3303',
                  DETAIL = format('It stands in the conditions of %s, or of what they are made of.', v_others),
                  HINT = 'Change or remove those first, then: c360 tenant sync';
    END IF;

    DELETE FROM c360.segments AS known
    WHERE known.tenant = p_tenant
      AND known.segment = p_segment;

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.remove_segment(text, text) IS
    'Removes a segment; in force after the next sync. Returns whether there was one.';
