-- Resolves all observations that are linked anew, from zero: by the attributes, identifier types, blocked values, rules and
-- overrides of today, so that changed ones count for the past as well. Answers the difference: golden records created,
-- merged, split, those whose values changed (updated), observations that moved; p_most of each, and counts of all. Golden
-- records keep their ids: an id stays with its founding observation. Where nothing changed nothing is written.
-- One transaction: others see all of it or nothing; ingest goes on, the resolver waits. p_dry_run does the same work, takes it
-- back, and answers the same. Sends notices about how far it is. Safe to repeat: the second time nothing differs.
-- Raises: U2400 batch_size_invalid, U4404 tenant_not_found, U4423 tenant_suspended (U2399
-- dry_run_ends stays inside)

CREATE OR REPLACE FUNCTION c360.rebuild_identities(
    p_tenant     text,
    p_dry_run    boolean DEFAULT false,
    p_most       integer DEFAULT 1000,
    p_batch_size integer DEFAULT 2000
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_raw       bigint[];
    v_component bigint[];
    v_before    uuid[];
    v_version   integer[];
    v_changes   jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    IF p_batch_size IS NULL OR p_batch_size < 1 THEN
        RAISE EXCEPTION 'identities cannot be rebuilt in batches of %', coalesce(p_batch_size::text, 'NULL')
            USING ERRCODE = 'U2400',
                  HINT = 'Take a batch size between 1 and 10000.';
    END IF;

    PERFORM c360._wait_for_resolver(p_tenant);

    SELECT
        coalesce(array_agg(link.raw_profile_id ORDER BY link.raw_profile_id), '{}'),
        coalesce(array_agg(link.component_id ORDER BY link.raw_profile_id), '{}'),
        coalesce(array_agg(link.master_profile_id ORDER BY link.raw_profile_id), '{}'),
        coalesce(array_agg(profile.version ORDER BY link.raw_profile_id), '{}')
    INTO
        v_raw,
        v_component,
        v_before,
        v_version
    FROM cdp_profile_links AS link
    JOIN cdp_master_profiles AS profile ON profile.master_profile_id = link.master_profile_id;

    -- A subtransaction, so that a dry run leaves nothing.
    BEGIN
        PERFORM c360._rederive_identities(p_tenant, v_raw, v_component, p_batch_size);
        v_changes := c360._partition_changes(v_raw, v_before, p_most);
        v_changes := v_changes || c360._updated_profiles(v_before, v_version, v_changes -> 'counts', p_most);

        IF p_dry_run THEN
            RAISE EXCEPTION 'a dry run ends here'
                USING ERRCODE = 'U2399';
        END IF;
    EXCEPTION
        WHEN SQLSTATE 'U2399' THEN
            NULL;
    END;

    RETURN jsonb_build_object('dry_run', coalesce(p_dry_run, false), 'observations', cardinality(v_raw)) || v_changes;
END;
$$;

COMMENT ON FUNCTION c360.rebuild_identities(text, boolean, integer, integer) IS
    'Resolves all linked observations anew by the metadata of today and answers what differs.';
