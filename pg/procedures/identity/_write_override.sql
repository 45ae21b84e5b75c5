-- Writes a link override with its observations and says so in the audit log. p_like is an older override whose author, time
-- and reason the new one keeps, because it is what remains of it. Answers its id. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._write_override(
    p_tenant text,
    p_kind   text,
    p_side_1 bigint[],
    p_side_2 bigint[],
    p_reason text,
    p_like   bigint DEFAULT NULL
)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    v_id bigint;
BEGIN
    INSERT INTO cdp_link_overrides (kind, reason, set_by, set_at)
    SELECT
        p_kind,
        coalesce(older.reason, p_reason, ''),
        coalesce(older.set_by, c360._actor()),
        coalesce(older.set_at, clock_timestamp())
    FROM (SELECT) AS one
    LEFT JOIN cdp_link_overrides AS older ON older.link_override_id = p_like
    RETURNING link_override_id
    INTO v_id;

    INSERT INTO cdp_link_override_members (link_override_id, raw_profile_id, side)
    SELECT
        v_id,
        member.raw_profile_id,
        min(member.side)
    FROM (
        SELECT
            one.raw_profile_id,
            1::smallint AS side
        FROM unnest(p_side_1) AS one (raw_profile_id)
        UNION ALL
        SELECT
            two.raw_profile_id,
            2::smallint
        FROM unnest(p_side_2) AS two (raw_profile_id)
    ) AS member
    GROUP BY member.raw_profile_id;

    PERFORM c360._audit_override(
        p_tenant,
        v_id,
        'added',
        CASE WHEN p_like IS NULL THEN '{}' ELSE jsonb_build_object('remains_of', p_like) END
    );
    RETURN v_id;
END;
$$;

COMMENT ON FUNCTION c360._write_override(text, text, bigint[], bigint[], text, bigint) IS
    'Writes a link override with its observations; answers its id.';
