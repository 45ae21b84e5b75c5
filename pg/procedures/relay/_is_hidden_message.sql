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
BEGIN
    RETURN NOT c360._is_told_message(p_type, p_body, p_created_at, c360._told_segments(p_tenant), c360._told_rules(p_tenant));
END;
$$;

COMMENT ON FUNCTION c360._is_hidden_message(text, text, text, timestamptz) IS
    'Whether a message tells of a segment that readers may not see.';
