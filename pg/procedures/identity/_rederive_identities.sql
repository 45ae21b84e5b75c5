-- Works out anew, from the observations, everything that links are made of: standard form, identifiers, persons behind
-- values, pairs of match rules; then takes every component apart and puts it together. p_raw_profile_ids are all linked
-- observations, p_components their components. Tells how far it is. Trusts the search_path and the resolver's lock.
-- Raises: what the resolver would park.

CREATE OR REPLACE FUNCTION c360._rederive_identities(
    p_tenant          text,
    p_raw_profile_ids bigint[],
    p_components      bigint[],
    p_batch_size      integer
)
    RETURNS void
    LANGUAGE plpgsql
    SET jit = off
AS $$
DECLARE
    v_total integer := cardinality(p_raw_profile_ids);
    v_last  bigint := 0;
    v_next  bigint;
    v_raw   bigint[];
BEGIN
    FOR v_from IN 1 .. v_total BY p_batch_size LOOP
        PERFORM c360._reread_observations(p_raw_profile_ids[v_from : v_from + p_batch_size - 1]);
        RAISE NOTICE 'observations read: % of %', least(v_from + p_batch_size - 1, v_total), v_total;
    END LOOP;

    DELETE FROM cdp_value_states;
    DELETE FROM cdp_match_pairs;
    PERFORM c360._refill_match_fields(c360._active_match_model());
    DELETE FROM cdp_match_keys;
    FOR v_from IN 1 .. v_total BY p_batch_size LOOP
        PERFORM c360._note_values(p_tenant, array_agg(held.identifier_type), array_agg(held.value))
        FROM unnest(p_raw_profile_ids[v_from : v_from + p_batch_size - 1]) AS wanted (raw_profile_id)
        JOIN cdp_raw_identifiers AS held ON held.raw_profile_id = wanted.raw_profile_id
        WHERE held.is_usable;
        PERFORM c360._find_pairs(p_tenant, p_raw_profile_ids[v_from : v_from + p_batch_size - 1]);
    END LOOP;

    LOOP
        SELECT
            next.last_component_id,
            next.raw_profile_ids
        INTO
            v_next,
            v_raw
        FROM c360._next_components(v_last, p_batch_size) AS next;
        EXIT WHEN v_next IS NULL;

        PERFORM c360._relink_now(p_tenant, v_raw);
        v_last := v_next;
        RAISE NOTICE 'golden records put together: up to observation % of %', v_last, p_raw_profile_ids[v_total];
    END LOOP;

    -- A component may have taken in another one as a whole, before that one was taken apart itself.
    v_raw := ARRAY(
        SELECT min(link.raw_profile_id)
        FROM unnest(p_raw_profile_ids, p_components) AS before (raw_profile_id, component_id)
        JOIN cdp_profile_links AS link ON link.raw_profile_id = before.raw_profile_id
        GROUP BY link.component_id
        HAVING min(before.component_id) <> max(before.component_id)
    );
    FOR v_from IN 1 .. cardinality(v_raw) BY p_batch_size LOOP
        PERFORM c360._relink_now(p_tenant, v_raw[v_from : v_from + p_batch_size - 1]);
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._rederive_identities(text, bigint[], bigint[], integer) IS
    'Derives everything that identities rest on anew and partitions all components.';
