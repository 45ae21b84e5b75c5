-- What stays of an event when its person goes: the type, the name of a track event, and amounts under names that shops use:
-- revenue, total, subtotal, value, price, tax, shipping, discount, quantity, the currency, and price and quantity of each
-- product. Numbers, or texts that are plain numbers; nothing else. Pure.

CREATE OR REPLACE FUNCTION c360._anonymous_event(p_event jsonb)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'type', p_event -> 'type',
        'event', CASE p_event ->> 'type' WHEN 'track' THEN p_event -> 'event' END,
        'properties', CASE WHEN jsonb_typeof(p_event -> 'properties') = 'object' THEN
            c360._amounts(p_event -> 'properties') || CASE
                WHEN jsonb_typeof(p_event #> '{properties,products}') = 'array' THEN jsonb_build_object('products', (
                    SELECT coalesce(jsonb_agg(c360._amounts(product.item) ORDER BY product.place), '[]')
                    FROM jsonb_array_elements(p_event #> '{properties,products}') WITH ORDINALITY AS product (item, place)
                    WHERE jsonb_typeof(product.item) = 'object'
                ))
                ELSE '{}'
            END
        END
    ));
$$;

COMMENT ON FUNCTION c360._anonymous_event(jsonb) IS
    'An event without its person: type, name and amounts.';
