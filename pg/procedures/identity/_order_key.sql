-- The number of an order in comparable form, text or JSON number; NULL when there is none, or one that is nobody's: those would
-- make one order of all of them. A number too long to index is replaced by its hash. Raises nothing.

CREATE OR REPLACE FUNCTION c360._order_key(p_order jsonb)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN jsonb_typeof(p_order) NOT IN ('string', 'number') THEN NULL
        WHEN lower(sent.number COLLATE "C") IN ('0', '-1', 'na', 'false', 'true', '(not set)') THEN NULL
        WHEN length(sent.number) > 200 THEN 'sha256:' || encode(sha256(convert_to(sent.number, 'UTF8')), 'hex')
        ELSE sent.number
    END
    FROM (
        SELECT CASE jsonb_typeof(p_order)
            WHEN 'number' THEN trim_scale(p_order::numeric)::text
            ELSE regexp_replace(c360.present_text(p_order #>> '{}'), '^([0-9]+)\.0+$', '\1')
        END AS number
    ) AS sent;
$$;

COMMENT ON FUNCTION c360._order_key(jsonb) IS
    'The comparable number of an order; NULL when it is absent or stands for no order.';
