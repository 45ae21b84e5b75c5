-- Lets the resolver look again at those who stay: at p_neighbours, and at whoever holds one of p_crowded that is judged
-- otherwise now that a person less stands behind it. Their components are partitioned anew, as if the person had never been
-- there. To be called when the person is gone. Answers how many observations were queued.
-- Trusts the search_path and the resolver's lock. Raises nothing.

CREATE OR REPLACE FUNCTION c360._settle_neighbours(
    p_tenant     text,
    p_neighbours bigint[],
    p_crowded    c360.identifier[]
)
    RETURNS bigint
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_types  text[];
    v_values text[];
    v_states text[];
    v_count  bigint;
BEGIN
    SELECT
        array_agg(own.identifier_type),
        array_agg(own.value),
        array_agg(state.state)
    INTO
        v_types,
        v_values,
        v_states
    FROM unnest(p_crowded) AS own
    LEFT JOIN cdp_value_states AS state
        ON state.identifier_type = own.identifier_type
        AND state.value = own.value;

    -- The judgement takes it that persons only become more: it begins anew.
    DELETE FROM cdp_value_states AS state
    USING unnest(p_crowded) AS own
    WHERE state.identifier_type = own.identifier_type
      AND state.value = own.value;

    PERFORM c360._note_values(p_tenant, v_types, v_values);

    INSERT INTO cdp_resolution_queue (raw_profile_id, needs_relink)
    SELECT
        again.raw_profile_id,
        true
    FROM (
        SELECT neighbour.id AS raw_profile_id
        FROM unnest(p_neighbours) AS neighbour (id)
        UNION
        SELECT holder.raw_profile_id
        FROM unnest(v_types, v_values, v_states) AS before (identifier_type, value, state)
        JOIN cdp_raw_identifiers AS holder
            ON holder.identifier_type = before.identifier_type
            AND holder.value = before.value
        LEFT JOIN cdp_value_states AS after
            ON after.identifier_type = before.identifier_type
            AND after.value = before.value
        WHERE after.state IS DISTINCT FROM before.state
    ) AS again
    ORDER BY again.raw_profile_id;
    GET DIAGNOSTICS v_count = ROW_COUNT;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._settle_neighbours(text, bigint[], c360.identifier[]) IS
    'Queues those whose identity the person had a part in.';
