-- Makes two golden records one because a person says so: the older id lives, the other redirects to it. Leaves a must-link
-- override between all their observations, which wins over all rules and over identifiers that contradict; cannot-links
-- between them give way. Counts at once; answers what became of the golden records, and p_dry_run answers the same and
-- changes nothing. Redirects are followed. Undone by c360.split_profile() or c360.remove_link_override(). Waits for the
-- resolver.
-- Raises: U2304 merge_impossible, U2404 profile_not_found, U4404 tenant_not_found,
-- U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360.merge_profiles(
    p_tenant            text,
    p_profile_id        uuid,
    p_other_profile_id  uuid,
    p_reason            text DEFAULT '',
    p_dry_run           boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id       uuid;
    v_other_id uuid;
    v_answer   jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._wait_for_resolver(p_tenant);

    SELECT found.master_profile_id
    INTO v_id
    FROM c360._find_profile(p_tenant, 'profile_id', p_profile_id::text) AS found;

    SELECT found.master_profile_id
    INTO v_other_id
    FROM c360._find_profile(p_tenant, 'profile_id', p_other_profile_id::text) AS found;

    IF v_id = v_other_id THEN
        RAISE EXCEPTION 'golden records "%" and "%" are one already', p_profile_id, p_other_profile_id
            USING ERRCODE = 'U2304',
                  HINT = 'Ids that redirect to one golden record count as that one.';
    END IF;

    v_answer := c360._decide_link(
        p_tenant,
        'must_link',
        c360._observations_of(v_id),
        c360._observations_of(v_other_id),
        p_reason,
        coalesce(p_dry_run, false)
    );

    RETURN v_answer || jsonb_build_object(
        'survivor_id', coalesce(
            (
                SELECT merge.item -> 'survivor_id'
                FROM jsonb_array_elements(v_answer -> 'merged') AS merge (item)
                WHERE merge.item ->> 'absorbed_id' IN (v_id::text, v_other_id::text)
                ORDER BY merge.item ->> 'survivor_id'
                LIMIT 1
            ),
            to_jsonb(v_id)
        )
    );
END;
$$;

COMMENT ON FUNCTION c360.merge_profiles(text, uuid, uuid, text, boolean) IS
    'Makes two golden records one by decision of a person; the older id lives.';
