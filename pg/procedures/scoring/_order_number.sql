-- The order number as sent, number or text; NULL when there is none or only a placeholder of a broken template, because
-- those would make one order of all of them. A number too long to index is replaced by its hash. Raises nothing.

CREATE OR REPLACE FUNCTION c360._order_number(p_value jsonb)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN jsonb_typeof(p_value) NOT IN ('string', 'number') THEN NULL
        WHEN lower(sent.number) IN ('', '0', '-1', '-', 'n/a', 'na', 'nan', 'none', 'null', 'undefined', 'false', 'true',
                                    '[object object]') THEN NULL
        WHEN length(sent.number) > 200 THEN 'sha256:' || encode(sha256(convert_to(sent.number, 'UTF8')), 'hex')
        ELSE sent.number
    END
    FROM (SELECT btrim(p_value #>> '{}', E' \t\n\r') AS number) AS sent;
$$;

COMMENT ON FUNCTION c360._order_number(jsonb) IS
    'The order number as text; NULL for none and for placeholders.';
