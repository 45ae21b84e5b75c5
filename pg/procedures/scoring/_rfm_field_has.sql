-- Whether a field of a line of cells holds a score: "*" holds all, "3" and "2-4" and "1,3-5" what they say. Expects a field that
-- _check_rfm_segments() has let pass. Pure.

CREATE OR REPLACE FUNCTION c360._rfm_field_has(
    p_field text,
    p_score integer
)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p_field = '*' OR EXISTS (
        SELECT
        FROM string_to_table(p_field, ',') AS part (text)
        WHERE p_score BETWEEN split_part(part.text, '-', 1)::integer
                          AND split_part(part.text || '-' || part.text, '-', 2)::integer
    );
$$;

COMMENT ON FUNCTION c360._rfm_field_has(text, integer) IS
    'Whether a field of a line of RFM cells holds a score.';
