-- What people decided about these observations: the overrides each is a member of. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._override_ties(p_raw_profile_ids bigint[])
    RETURNS TABLE (raw_profile_id bigint, link_override_id bigint, kind text, side smallint)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    -- Most tenants have none.
    IF NOT EXISTS (SELECT FROM cdp_link_overrides) THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT
        member.raw_profile_id,
        decided.link_override_id,
        decided.kind,
        member.side
    FROM unnest(p_raw_profile_ids) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT own.*
        FROM cdp_link_override_members AS own
        WHERE own.raw_profile_id = wanted.id
        OFFSET 0
    ) AS member
    CROSS JOIN LATERAL (
        SELECT own.*
        FROM cdp_link_overrides AS own
        WHERE own.link_override_id = member.link_override_id
        OFFSET 0
    ) AS decided;
END;
$$;

COMMENT ON FUNCTION c360._override_ties(bigint[]) IS
    'Must-link and cannot-link overrides of these observations.';
