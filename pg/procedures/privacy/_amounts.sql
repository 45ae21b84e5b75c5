-- The members of an object that are amounts by name and by value, and its currency. Pure.

CREATE OR REPLACE FUNCTION c360._amounts(p_properties jsonb)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_object_agg(member.name, member.value), '{}')
    FROM jsonb_each(p_properties) AS member (name, value)
    WHERE (
        member.name IN ('revenue', 'total', 'subtotal', 'value', 'price', 'tax', 'shipping', 'discount', 'quantity')
        -- Twelve digits are an amount; more may be a card or a telephone.
        AND member.value #>> '{}' ~ '^-?[0-9]{1,12}(\.[0-9]{1,4})?$'
        AND jsonb_typeof(member.value) IN ('number', 'string')
    ) OR (
        member.name = 'currency'
        AND member.value #>> '{}' ~ '^[A-Za-z]{3}$'
    );
$$;

COMMENT ON FUNCTION c360._amounts(jsonb) IS
    'The amounts and the currency among the properties of an event.';
