-- Which of these observations, none of them linked, have to be brought into standard form. Training does so with those that wait
-- for the resolver, and notes under which functions; while these are in force, what it read is right. Trusts the search_path.
-- Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._unread_observations(
    p_tenant          text,
    p_raw_profile_ids bigint[]
)
    RETURNS bigint[]
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_unread bigint[];
BEGIN
    -- Most tenants have no model; and what came after the training is what a resolver usually meets.
    IF NOT EXISTS (SELECT FROM cdp_match_models) THEN
        RETURN p_raw_profile_ids;
    END IF;

    v_unread := ARRAY(
        SELECT wanted.id
        FROM unnest(p_raw_profile_ids) AS wanted (id)
        WHERE NOT EXISTS (SELECT FROM cdp_standard_profiles AS said WHERE said.raw_profile_id = wanted.id OFFSET 0)
    );
    IF cardinality(v_unread) = cardinality(p_raw_profile_ids) OR NOT c360._is_standard_form_current(p_tenant) THEN
        RETURN p_raw_profile_ids;
    END IF;

    RETURN v_unread;
END;
$$;

COMMENT ON FUNCTION c360._unread_observations(text, bigint[]) IS
    'Observations that training has not brought into the standard form of today.';
