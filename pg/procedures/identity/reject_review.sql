-- Decides that the two observations of a review are two persons: leaves a cannot_link override and lets the golden records follow at
-- once. Answers what became of them; p_dry_run answers the same and changes nothing. A review is decided once; to think
-- again, take the override back. Waits for the resolver.
-- Raises: U2302 review_unknown, U2303 review_decided, U4404 tenant_not_found, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360.reject_review(
    p_tenant          text,
    p_match_review_id bigint,
    p_reason          text DEFAULT '',
    p_dry_run         boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    RETURN c360._decide_review(p_tenant, p_match_review_id, 'rejected', p_reason, coalesce(p_dry_run, false));
END;
$$;

COMMENT ON FUNCTION c360.reject_review(text, bigint, text, boolean) IS
    'Rejects a review: the two are two persons, whatever the rules say.';
