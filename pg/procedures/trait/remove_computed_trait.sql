-- Takes a computed trait of a tenant away. Safe to repeat: false when there is none of that name. Its values and functions go with the
-- next sync; nobody is told. One that a segment looks at stays.
-- Raises: U3316 trait_in_use; U4404 and U4423 of the tenant

CREATE OR REPLACE FUNCTION c360.remove_computed_trait(
    p_tenant text,
    p_trait  text
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_segments text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    SELECT string_agg(state.segment, ', ' ORDER BY state.segment)
    INTO v_segments
    FROM cdp_segment_states AS state
    JOIN c360.segments AS known ON known.tenant = p_tenant AND known.segment = state.segment
    WHERE p_trait = ANY (state.columns)
      -- Columns of that name may be an attribute's, which broke the trait.
      AND EXISTS (
          SELECT
          FROM cdp_trait_states AS own
          WHERE own.trait = p_trait
            AND own.status <> 'broken'
      );

    IF v_segments IS NOT NULL THEN
        RAISE EXCEPTION 'segments look at trait "%"', p_trait
            USING ERRCODE = 'U3316',
                  DETAIL = format('It stands in the conditions of %s, or of what they are made of.', v_segments),
                  HINT = 'Change or remove those first, then: c360 tenant sync';
    END IF;

    DELETE FROM c360.computed_traits AS known
    WHERE known.tenant = p_tenant
      AND known.trait = p_trait;

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.remove_computed_trait(text, text) IS
    'Removes a computed trait; in force after the next sync. Returns whether there was one.';
