-- Decisions of people that concern observations of both lists, latest first. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._overrides_between(
    p_tenant text,
    p_first  bigint[],
    p_second bigint[]
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'link_override_id', override.link_override_id,
                    'kind', override.kind,
                    'set_by', override.set_by,
                    'set_at', override.set_at,
                    'reason', c360._masked_note(p_tenant, override.reason, c360._override_members(override.link_override_id))
                )
                ORDER BY override.link_override_id DESC
            ),
            '[]'
        )
        FROM cdp_link_overrides AS override
        WHERE override.link_override_id IN (
            SELECT one.link_override_id
            FROM cdp_link_override_members AS one
            JOIN cdp_link_override_members AS two
                ON two.link_override_id = one.link_override_id
                AND two.raw_profile_id <> one.raw_profile_id
            WHERE one.raw_profile_id = ANY (p_first)
              AND two.raw_profile_id = ANY (p_second)
              AND (override.kind = 'must_link' OR one.side <> two.side)
        )
    );
END;
$$;

COMMENT ON FUNCTION c360._overrides_between(text, bigint[], bigint[]) IS
    'Link overrides between two groups of observations.';
