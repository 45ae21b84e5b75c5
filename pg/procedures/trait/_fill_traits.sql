-- One step of filling computed traits that are new or whose expressions changed: looks at the next golden records with all that have come
-- equally far. Answers {"profiles", "changed"}. Trusts the search_path and the lock of segments.

CREATE OR REPLACE FUNCTION c360._fill_traits(
    p_tenant text,
    p_to     uuid,
    p_limit  integer,
    p_as_of  timestamptz
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    v_ids     uuid[] := coalesce(c360._next_profiles(p_to, p_limit), '{}');
    v_filled  record;
    v_changed uuid[];
BEGIN
    SELECT
        array_agg(state.trait ORDER BY state.trait) AS traits,
        coalesce(array_agg(state.trait) FILTER (WHERE state.tells), '{}') AS told,
        max(state.compiled_at) AS compiled_at
    INTO v_filled
    FROM cdp_trait_states AS state
    WHERE state.status = 'filling'
      AND state.filled_to IS NOT DISTINCT FROM p_to;

    v_changed := c360._evaluate_traits(p_tenant, v_filled.traits, v_ids, p_as_of, v_filled.told);

    -- One that was compiled anew meanwhile begins again.
    UPDATE cdp_trait_states AS state
    SET status = CASE WHEN cardinality(v_ids) < p_limit THEN 'settled' ELSE 'filling' END,
        filled_to = CASE WHEN cardinality(v_ids) < p_limit THEN NULL ELSE v_ids[cardinality(v_ids)] END,
        tells = state.tells OR cardinality(v_ids) < p_limit,
        settled_at = CASE WHEN cardinality(v_ids) < p_limit THEN now() ELSE state.settled_at END
    WHERE state.trait = ANY (v_filled.traits)
      AND state.status = 'filling'
      AND state.filled_to IS NOT DISTINCT FROM p_to
      AND state.compiled_at <= v_filled.compiled_at;

    PERFORM c360._refresh_segments(p_tenant, v_changed, p_as_of, 'definition');

    RETURN jsonb_build_object('profiles', cardinality(v_ids), 'changed', cardinality(v_changed));
END;
$$;

COMMENT ON FUNCTION c360._fill_traits(text, uuid, integer, timestamptz) IS
    'One step of looking at everybody with new expressions.';
