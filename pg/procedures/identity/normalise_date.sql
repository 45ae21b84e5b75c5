-- Reads a calendar day: ISO (2001-02-03, with or without a time after it), 2001/02/03, 20010203, and 03/02/2001 or
-- 03-02-2001, in which p_order says what comes first: the day (DMY) or the month (MDY). Where only one of both is possible
-- it is that one. 03.02.2001 begins with the day: nobody writes it otherwise. Gives ISO text, or NULL for what is no day of
-- the years 1000 to 2200: archives hold people of former centuries. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_date(
    p_value text,
    p_order text DEFAULT 'DMY'
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_value text := c360.present_text(p_value);
    v_parts text[];
    v_iso   text;
BEGIN
    v_parts := regexp_match(v_value, '^([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})([T ][0-9:.,+Z -]+)?$');
    IF v_parts IS NOT NULL THEN
        v_iso := v_parts[1] || '-' || lpad(v_parts[3], 2, '0') || '-' || lpad(v_parts[4], 2, '0');
    ELSE
        v_parts := regexp_match(v_value, '^([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})$');
        IF v_parts IS NULL THEN
            RETURN NULL;
        ELSIF v_parts[3]::integer > 12 OR (p_order = 'MDY' AND v_parts[2] <> '.' AND v_parts[1]::integer <= 12) THEN
            v_iso := v_parts[4] || '-' || lpad(v_parts[1], 2, '0') || '-' || lpad(v_parts[3], 2, '0');
        ELSE
            v_iso := v_parts[4] || '-' || lpad(v_parts[3], 2, '0') || '-' || lpad(v_parts[1], 2, '0');
        END IF;
    END IF;

    RETURN CASE
        WHEN pg_input_is_valid(v_iso, 'date') AND v_iso BETWEEN '1000-01-01' AND '2200-12-31' THEN v_iso
    END;
END;
$$;

COMMENT ON FUNCTION c360.normalise_date(text, text) IS
    'A calendar day as ISO text; NULL when the text is none.';
