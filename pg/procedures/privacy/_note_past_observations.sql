-- Before a partition of events goes: notes the last page, the channel and the days of at most p_limit observations of it, after the one that
-- was noted last. Answers the last of these; NULL when all are noted. Trusts the search_path and the lock of profiles. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._note_past_observations(
    p_tenant    text,
    p_partition text,
    p_until     timestamptz,
    p_noted     bigint,
    p_limit     integer
)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    v_listed bigint[];
BEGIN
    EXECUTE format(
        'SELECT array_agg(listed.raw_profile_id)
        FROM (
            SELECT DISTINCT event.raw_profile_id
            FROM %I AS event
            WHERE event.raw_profile_id > $1
            ORDER BY event.raw_profile_id
            LIMIT $2
        ) AS listed',
        p_partition
    )
    INTO v_listed
    USING p_noted, p_limit;

    IF v_listed IS NULL THEN
        RETURN NULL;
    END IF;

    PERFORM c360._note_touchpoints(v_listed, p_partition::regclass);
    PERFORM c360._note_past_days(p_tenant, v_listed, p_until);

    RETURN v_listed[cardinality(v_listed)];
END;
$$;

COMMENT ON FUNCTION c360._note_past_observations(text, text, timestamptz, bigint, integer) IS
    'Notes what events of a partition say that is about to go.';
