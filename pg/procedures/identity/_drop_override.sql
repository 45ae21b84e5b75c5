-- Takes a link override away and says so in the audit log (removed, replaced). A review that was decided by it alone
-- counts as not decided any more: the resolver opens it again if a rule still proposes the link. Answers the observations it was about.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._drop_override(
    p_tenant           text,
    p_link_override_id bigint,
    p_operation        text
)
    RETURNS bigint[]
    LANGUAGE plpgsql
AS $$
DECLARE
    v_members bigint[] := ARRAY(
        SELECT member.raw_profile_id
        FROM cdp_link_override_members AS member
        WHERE member.link_override_id = p_link_override_id
        ORDER BY member.raw_profile_id
    );
BEGIN
    PERFORM c360._audit_override(p_tenant, p_link_override_id, p_operation);

    UPDATE cdp_match_reviews AS review
    SET status = 'obsolete'
    FROM cdp_link_overrides AS override
    WHERE override.link_override_id = p_link_override_id
      AND review.status = CASE override.kind WHEN 'must_link' THEN 'accepted' ELSE 'rejected' END
      AND review.low_raw_profile_id = ANY (v_members)
      AND review.high_raw_profile_id = ANY (v_members)
      AND NOT EXISTS (
          SELECT
          FROM cdp_link_override_members AS low
          JOIN cdp_link_override_members AS high ON high.link_override_id = low.link_override_id
          JOIN cdp_link_overrides AS other ON other.link_override_id = low.link_override_id
          WHERE low.raw_profile_id = review.low_raw_profile_id
            AND high.raw_profile_id = review.high_raw_profile_id
            AND other.kind = override.kind
            AND other.link_override_id <> p_link_override_id
            AND (other.kind = 'must_link' OR high.side <> low.side)
      );

    DELETE FROM cdp_link_overrides AS override
    WHERE override.link_override_id = p_link_override_id;

    RETURN v_members;
END;
$$;

COMMENT ON FUNCTION c360._drop_override(text, bigint, text) IS
    'Deletes a link override, audited; answers the observations it was about.';
