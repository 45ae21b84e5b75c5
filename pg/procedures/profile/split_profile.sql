-- Takes observations out of a golden record because a person says that they are somebody else: those named, or those that
-- hold an identifier; what hangs on the record only through them goes with them. It becomes what it would be had the merge
-- never happened: each id goes with its founding observation, so a merged id comes back to life. Leaves a cannot-link
-- override, so that the next run does not undo it; must-links across give way. Counts at once; answers who left, who stayed
-- and what became of the golden records. p_dry_run answers the same and changes nothing. Undone by
-- c360.remove_link_override() or c360.merge_profiles(). Waits for the resolver.
-- Raises: U2305 split_unclear, U2306 split_impossible, U2404 profile_not_found, U2405 identifier_type_unknown,
-- U4404 tenant_not_found, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360.split_profile(
    p_tenant          text,
    p_profile_id      uuid,
    p_raw_profile_ids bigint[] DEFAULT NULL,
    p_identifier_type text DEFAULT NULL,
    p_value           text DEFAULT NULL,
    p_reason          text DEFAULT '',
    p_dry_run         boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id      uuid;
    v_named   bigint[];
    v_leaving bigint[];
    v_staying bigint[];
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._wait_for_resolver(p_tenant);

    IF num_nonnulls(p_raw_profile_ids, p_identifier_type) <> 1 OR num_nonnulls(p_identifier_type, p_value) = 1 THEN
        RAISE EXCEPTION 'it is not clear who leaves the golden record'
            USING ERRCODE = 'U2305',
                  HINT = 'Give either observations or an identifier type with a value.';
    END IF;

    SELECT found.master_profile_id
    INTO v_id
    FROM c360._find_profile(p_tenant, 'profile_id', p_profile_id::text) AS found;

    v_named := c360._named_observations(p_tenant, v_id, p_raw_profile_ids, p_identifier_type, p_value);

    SELECT
        side.leaving,
        side.staying
    INTO
        v_leaving,
        v_staying
    FROM c360._split_sides(p_tenant, v_id, v_named) AS side;

    IF cardinality(v_staying) = 0 THEN
        RAISE EXCEPTION 'golden record "%" cannot be split there: nobody would stay', v_id
            USING ERRCODE = 'U2306',
                  DETAIL = format('All of its %s observation(s) are those named, or hang on them alone.', cardinality(v_leaving)),
                  HINT = 'Name fewer observations; explain_profile() shows what ties them.';
    END IF;

    RETURN c360._decide_link(p_tenant, 'cannot_link', v_leaving, v_staying, p_reason, coalesce(p_dry_run, false))
        || jsonb_build_object('profile_id', v_id, 'left', to_jsonb(v_leaving), 'stayed', to_jsonb(v_staying));
END;
$$;

COMMENT ON FUNCTION c360.split_profile(text, uuid, bigint[], text, text, text, boolean) IS
    'Takes observations out of a golden record by decision of a person, for good.';
