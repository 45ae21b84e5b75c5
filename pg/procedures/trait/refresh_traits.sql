-- One step of looking at everybody: fills computed traits that are new or whose expressions changed, and after that works out anew those
-- that change because time passes. Who changes is looked at by the segments in the same transaction. Call it again while has_more is true;
-- then all have been looked at once. The next call begins anew. Answers {"profiles", "changed", "has_more"}, and busy when another session
-- is at it.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4424 time_out_of_bounds, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.refresh_traits(
    p_tenant text,
    p_limit  integer DEFAULT 10000,
    p_as_of  timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_as_of   timestamptz := c360._checked_time('p_as_of', p_as_of);
    v_limit   integer := greatest(c360._checked_limit(p_limit), 1);
    v_to      uuid;
    v_ids     uuid[];
    v_changed uuid[];
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    -- A tenant that has not been synced since an upgrade.
    IF to_regclass('cdp_trait_states') IS NULL THEN
        RETURN '{"profiles": 0, "changed": 0, "has_more": false}';
    END IF;

    IF NOT c360._try_lock(p_tenant, 'segments') THEN
        RETURN '{"profiles": 0, "changed": 0, "has_more": false, "busy": true}';
    END IF;

    -- What failed is tried again whenever a pass begins: the value that did not fit may be gone.
    UPDATE cdp_trait_states AS state
    SET status = 'filling',
        filled_to = NULL,
        failure = NULL
    WHERE state.status = 'settled'
      AND state.failure IS NOT NULL
      AND NOT EXISTS (SELECT FROM cdp_trait_passes)
      AND NOT EXISTS (SELECT FROM cdp_trait_states AS other WHERE other.status = 'filling');

    INSERT INTO cdp_trait_passes (walked_to)
    VALUES (NULL)
    ON CONFLICT (is_only) DO NOTHING;

    SELECT state.filled_to
    INTO v_to
    FROM cdp_trait_states AS state
    WHERE state.status = 'filling'
    ORDER BY state.filled_to NULLS FIRST
    LIMIT 1;

    IF FOUND THEN
        RETURN c360._fill_traits(p_tenant, v_to, v_limit, v_as_of) || '{"has_more": true}';
    END IF;

    v_ids := coalesce(c360._next_profiles((SELECT pass.walked_to FROM cdp_trait_passes AS pass), v_limit), '{}');
    v_changed := c360._refresh_traits(p_tenant, v_ids, v_as_of, true);
    PERFORM c360._refresh_segments(p_tenant, v_changed, v_as_of, 'time');

    IF cardinality(v_ids) < v_limit THEN
        DELETE FROM cdp_trait_passes;
    ELSE
        UPDATE cdp_trait_passes
        SET walked_to = v_ids[cardinality(v_ids)];
    END IF;

    RETURN jsonb_build_object(
        'profiles', cardinality(v_ids),
        'changed', cardinality(v_changed),
        'has_more', cardinality(v_ids) = v_limit
    );
END;
$$;

COMMENT ON FUNCTION c360.refresh_traits(text, integer, timestamptz) IS
    'One step of filling new computed traits and of working out those that change because time passes.';
