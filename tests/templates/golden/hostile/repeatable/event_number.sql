-- A JSON number, or a text as a shop writes an amount ("1.234,50 kr"), in the currency beside it or the default one, whose decimals
-- decide where a text has two readings. NULL for what cannot be read, and beyond a thousand million million; six decimals. What expressions
-- of the tenant sum up; they run as a role that may call nothing else of ours.
CREATE OR REPLACE FUNCTION tenant_select_2.event_number(p_properties jsonb, p_path text[])
    RETURNS numeric
    LANGUAGE plpgsql
    IMMUTABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_sent   jsonb := p_properties #> p_path;
    v_number numeric;
BEGIN
    IF jsonb_typeof(v_sent) = 'number' THEN
        v_number := v_sent::numeric;
    ELSIF jsonb_typeof(v_sent) = 'string' THEN
        v_number := (
            SELECT sent.amount
            FROM c360._read_amount(
                v_sent,
                c360._stated_currency(p_properties -> 'currency', 'USD'),
                'USD'
            ) AS sent
        );
    END IF;

    RETURN CASE WHEN abs(v_number) < 1000000000000000 THEN trim_scale(round(v_number, 6)) END;
END;
$$;

COMMENT ON FUNCTION tenant_select_2.event_number(jsonb, text[]) IS
    'A number in the properties of an event; NULL for what cannot be read.';
