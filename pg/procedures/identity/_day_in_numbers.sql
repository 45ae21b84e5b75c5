-- A day in numbers with one kind of separator, or eight digits, as 1990-12-05, whether there is such a day or not; NULL for every
-- other text. p_order: what comes first in 05/12/1990; see c360._iso_time(), which asks. Raises nothing.

CREATE OR REPLACE FUNCTION c360._day_in_numbers(
    p_text  text,
    p_order text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    -- Not taken apart by patterns: these are called for each value of a file.
    v_mark text   := left(ltrim(p_text, '0123456789'), 1);
    v_part text[] := ARRAY[split_part(p_text, v_mark, 1), split_part(p_text, v_mark, 2), split_part(p_text, v_mark, 3)];
BEGIN
    IF p_text ~ '^[0-9]{8}$' THEN
        RETURN substr(p_text, 1, 4) || '-' || substr(p_text, 5, 2) || '-' || substr(p_text, 7, 2);
    ELSIF p_text ~ '^[0-9]{4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,2}[.]?$' AND v_part[3] <> '' THEN
        RETURN v_part[1] || '-' || lpad(v_part[2], 2, '0') || '-' || lpad(rtrim(v_part[3], '.'), 2, '0');
    ELSIF p_text !~ '^[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{4}$' OR v_part[3] = '' THEN
        RETURN NULL;
    END IF;

    RETURN CASE
        WHEN v_part[2]::integer > 12 OR (p_order = 'MDY' AND v_part[1]::integer <= 12 AND v_mark <> '.')
            THEN v_part[3] || '-' || lpad(v_part[1], 2, '0') || '-' || lpad(v_part[2], 2, '0')
        WHEN p_order = 'DMY' OR v_part[1]::integer > 12 OR v_part[1]::integer = v_part[2]::integer OR v_mark = '.'
            THEN v_part[3] || '-' || lpad(v_part[2], 2, '0') || '-' || lpad(v_part[1], 2, '0')
    END;
END;
$$;

COMMENT ON FUNCTION c360._day_in_numbers(text, text) IS
    'A day written in numbers, as ISO text.';
