-- A text that lists several values, as a list: parted by semicolons or line breaks where there are any, else by commas; a part in quotation
-- marks is one value, whatever is in it. JSON is taken as JSON, and what is no text as it is. NULL where nothing is listed. Raises nothing.

CREATE OR REPLACE FUNCTION c360._import_list(p_value jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_text text := p_value #>> '{}';
BEGIN
    IF jsonb_typeof(p_value) IS DISTINCT FROM 'string' OR jsonb_typeof(c360._import_document(p_value)) <> 'string' THEN
        RETURN c360._import_document(p_value);
    END IF;

    RETURN (
        SELECT jsonb_agg(part.value ORDER BY item.place)
        FROM regexp_matches(
            v_text,
            -- A quotation mark that nobody closed is a letter like others.
            CASE
                WHEN (length(v_text) - length(replace(v_text, '"', ''))) % 2 = 1 AND v_text ~ '[;\n]' THEN '([^;\r\n]+)'
                WHEN (length(v_text) - length(replace(v_text, '"', ''))) % 2 = 1 THEN '([^,]+)'
                WHEN regexp_replace(v_text, '"[^"]*"', '', 'g') ~ '[;\n]' THEN '((?:"[^"]*"|[^;"\r\n])+)'
                ELSE '((?:"[^"]*"|[^,"])+)'
            END,
            'g'
        ) WITH ORDINALITY AS item (found, place)
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN btrim(item.found[1]) ~ '^".*"$' THEN btrim(replace(substr(btrim(item.found[1]), 2, length(btrim(item.found[1])) - 2), '""', '"'))
                ELSE btrim(item.found[1])
            END AS value
        ) AS part
        WHERE part.value <> ''
    );
END;
$$;

COMMENT ON FUNCTION c360._import_list(jsonb) IS
    'The values a text lists.';
