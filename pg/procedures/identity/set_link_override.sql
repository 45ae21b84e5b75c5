-- Says for good who is who: must_link, all these observations are one person; cannot_link, none of p_raw_profile_ids is the
-- person of one of p_other_raw_profile_ids. It wins over all rules, counts at once, and stays until
-- c360.remove_link_override(). The latest decision wins: older overrides that say the opposite are replaced, and the audit
-- log keeps them. Not safe to repeat: each call is one more override. p_dry_run: answers what would become of the golden
-- records (created, merged, split, moved) and changes nothing. Waits for the resolver.
-- Raises: U2300 override_invalid, U2301 observation_unknown, U4404 tenant_not_found,
-- U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360.set_link_override(
    p_tenant                text,
    p_kind                  text,
    p_raw_profile_ids       bigint[],
    p_other_raw_profile_ids bigint[],
    p_reason                text DEFAULT '',
    p_dry_run               boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    IF p_kind IS NULL OR p_kind NOT IN ('must_link', 'cannot_link') THEN
        RAISE EXCEPTION 'an override cannot be of kind "%"', coalesce(p_kind, 'NULL')
            USING ERRCODE = 'U2300',
                  HINT = 'Take must_link or cannot_link.';
    END IF;
    IF coalesce(cardinality(p_raw_profile_ids), 0) = 0
        OR coalesce(cardinality(p_other_raw_profile_ids), 0) = 0
        OR p_raw_profile_ids && p_other_raw_profile_ids
    THEN
        RAISE EXCEPTION 'an override needs observations on both sides, and none on both'
            USING ERRCODE = 'U2300',
                  HINT = 'Give the observations of the one and of the other person.';
    END IF;

    PERFORM c360._wait_for_resolver(p_tenant);
    RETURN c360._decide_link(p_tenant, p_kind, p_raw_profile_ids, p_other_raw_profile_ids, p_reason, coalesce(p_dry_run, false));
END;
$$;

COMMENT ON FUNCTION c360.set_link_override(text, text, bigint[], bigint[], text, boolean) IS
    'Decides that observations are one person (must_link) or two (cannot_link); counts at once and wins over all rules.';
