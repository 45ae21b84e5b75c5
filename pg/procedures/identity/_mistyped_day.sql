-- A day of birth as it was sent, in the form YYYY-MM-DD, whether there is such a day or not: 1949-00-13 is none, and still says
-- who somebody is. For comparing, never for a column. NULL where the text does not have a year, a month and a day (of digits
-- alone there must be eight), and for a day that stands for an unknown one. p_order says which of two numbers before the year
-- is the month. Raises nothing.

CREATE OR REPLACE FUNCTION c360._mistyped_day(
    p_value text,
    p_order text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_parts text[];
    v_day   text;
BEGIN
    v_parts := coalesce(
        regexp_match(p_value, '^\s*([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})\s*$'),
        regexp_match(p_value, '^\s*([0-9]{4})([0-9]{2})([0-9]{2})\s*$')
    );
    IF v_parts IS NULL THEN
        v_parts := regexp_match(p_value, '^\s*([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})\s*$');
        -- As in normalise_date(): who writes dots puts the day first.
        v_parts := CASE
            WHEN p_order = 'MDY' AND strpos(p_value, '.') = 0 THEN ARRAY[v_parts[3], v_parts[1], v_parts[2]]
            ELSE ARRAY[v_parts[3], v_parts[2], v_parts[1]]
        END;
    END IF;

    v_day := v_parts[1] || '-' || lpad(v_parts[2], 2, '0') || '-' || lpad(v_parts[3], 2, '0');
    RETURN CASE WHEN NOT c360._is_placeholder_day(v_day) THEN v_day END;
END;
$$;

COMMENT ON FUNCTION c360._mistyped_day(text, text) IS
    'A day as sent in ISO form, even if there is no such day; NULL when the text is none.';
