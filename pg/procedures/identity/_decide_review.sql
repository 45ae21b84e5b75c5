-- Decides an open review: an override between the two golden records (accepted: must_link, rejected: cannot_link), at once.
-- Trusts the search_path. Raises: U2302 review_unknown, U2303 review_decided

CREATE OR REPLACE FUNCTION c360._decide_review(
    p_tenant          text,
    p_match_review_id bigint,
    p_status          text,
    p_reason          text,
    p_dry_run         boolean
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_low    bigint;
    v_high   bigint;
    v_status text;
    v_one    bigint[];
    v_two    bigint[];
    v_answer jsonb;
BEGIN
    PERFORM c360._wait_for_resolver(p_tenant);

    SELECT
        review.low_raw_profile_id,
        review.high_raw_profile_id,
        review.status
    INTO
        v_low,
        v_high,
        v_status
    FROM cdp_match_reviews AS review
    WHERE review.match_review_id = p_match_review_id
    FOR UPDATE;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'tenant "%" has no review %', p_tenant, coalesce(p_match_review_id::text, 'NULL')
            USING ERRCODE = 'U2302',
                  HINT = 'match_reviews() lists what is open.';
    END IF;
    IF v_status <> 'open' THEN
        RAISE EXCEPTION 'review % is % already', p_match_review_id, v_status
            USING ERRCODE = 'U2303',
                  HINT = 'To decide otherwise: link_overrides() shows the decision, remove_link_override() takes it back.';
    END IF;

    -- First the status, so that the new partition does not call the review obsolete.
    IF NOT p_dry_run THEN
        UPDATE cdp_match_reviews AS review
        SET status = p_status,
            decided_at = clock_timestamp(),
            decided_by = c360._actor()
        WHERE review.match_review_id = p_match_review_id;
    END IF;

    -- What is said about two observations is said about their golden records, unless they are one already.
    v_one := c360._fellow_observations(ARRAY[v_low]);
    v_two := c360._fellow_observations(ARRAY[v_high]);
    IF v_one && v_two THEN
        v_one := ARRAY[v_low];
        v_two := ARRAY[v_high];
    END IF;

    v_answer := c360._decide_link(
        p_tenant,
        CASE p_status WHEN 'accepted' THEN 'must_link' ELSE 'cannot_link' END,
        v_one,
        v_two,
        p_reason,
        p_dry_run
    );

    RETURN v_answer || jsonb_build_object('match_review_id', p_match_review_id, 'status', p_status);
END;
$$;

COMMENT ON FUNCTION c360._decide_review(text, bigint, text, text, boolean) IS
    'Accepts or rejects a review and lets the golden records follow.';
