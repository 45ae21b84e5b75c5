-- The number of an order in comparable form; NULL when there is none, or one that is nobody's: those would make one order of all
-- of them. A number too long to index is replaced by its hash. Raises nothing.

CREATE OR REPLACE FUNCTION c360._order_key(p_order jsonb)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_sent text := CASE WHEN jsonb_typeof(p_order) IN ('string', 'number') THEN c360._scalar(p_order) END;
    v_key  text := CASE WHEN length(v_sent) > 500 THEN c360.present_text(v_sent) ELSE c360.normalise_id(v_sent) END;
BEGIN
    RETURN CASE
        WHEN length(v_key) > 200 THEN 'sha256:' || encode(sha256(convert_to(v_key, 'UTF8')), 'hex')
        WHEN NOT c360._is_nobodys(v_key) THEN v_key
    END;
END;
$$;

COMMENT ON FUNCTION c360._order_key(jsonb) IS
    'The comparable number of an order; NULL when it is absent or stands for no order.';
