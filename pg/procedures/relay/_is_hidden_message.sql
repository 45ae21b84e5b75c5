-- Whether a message tells who entered or left a segment that is hidden, is gone, or looked at what is masked then, or whom a rule contacted that
-- looks at such a segment: that alone would tell.
-- As tail_topic() leaves them out. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._is_hidden_message(
    p_tenant     text,
    p_type       text,
    p_body       text,
    p_created_at timestamptz
)
    RETURNS boolean
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_segment text;
BEGIN
    IF p_type = 'activation.requested' THEN
        RETURN ((c360._told_rules(p_tenant) ->> (p_body::jsonb #>> '{data,rule}'))::timestamptz <= p_created_at) IS NOT TRUE;
    END IF;

    IF p_type NOT IN ('segment.entered', 'segment.left', 'segment.changed') THEN
        RETURN false;
    END IF;

    v_segment := p_body::jsonb #>> '{data,segment}';
    RETURN v_segment IS NOT NULL
        AND NOT EXISTS (
            SELECT
            FROM cdp_segment_states AS state
            WHERE state.segment = v_segment
              AND state.segment <> ALL (c360._hidden_segments(p_tenant))
              AND state.begun_at <= p_created_at
        );
END;
$$;

COMMENT ON FUNCTION c360._is_hidden_message(text, text, text, timestamptz) IS
    'Whether a message tells of a segment that readers may not see.';
