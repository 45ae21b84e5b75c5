-- Refuses a segment that is not there, or whose members people may not see. Trusts the search_path. Reads only.
-- Raises: U3301 segment_not_found, U3304 segment_hidden

CREATE OR REPLACE FUNCTION c360._check_segment(
    p_tenant  text,
    p_segment text
)
    RETURNS void
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM cdp_segment_states AS state WHERE state.segment = p_segment) THEN
        RAISE EXCEPTION 'there is no segment "%"', p_segment
            USING ERRCODE = 'U3301',
                  HINT = 'List them with c360 segment list; one that is new is there after the next sync.';
    END IF;

    IF p_segment = ANY (c360._hidden_segments(p_tenant)) THEN
        RAISE EXCEPTION 'the members of segment "%" cannot be shown', p_segment
            USING ERRCODE = 'U3304',
                  DETAIL = 'Its condition looks at an attribute that is masked.',
                  HINT = 'Change the condition, or let an administrator end the mask.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_segment(text, text) IS
    'Refuses a segment that is not there or whose members people may not see.';
