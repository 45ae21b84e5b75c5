-- The comparisons of a recipe as rows. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._match_comparisons(p_recipe jsonb)
    RETURNS TABLE (
        number          integer,
        name            text,
        form            text,
        labels          text[],
        place           integer,
        has_frequencies boolean,
        weights         double precision[]
    )
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        item.number::integer,
        item.value ->> 'name',
        item.value ->> 'form',
        ARRAY(SELECT label.value FROM jsonb_array_elements_text(item.value -> 'levels') WITH ORDINALITY AS label (value, number) ORDER BY label.number),
        (item.value ->> 'place')::integer,
        (item.value ->> 'has_frequencies')::boolean,
        ARRAY(SELECT weight.value::double precision FROM jsonb_array_elements_text(item.value -> 'weights') WITH ORDINALITY AS weight (value, number) ORDER BY weight.number)
    FROM jsonb_array_elements(p_recipe -> 'comparisons') WITH ORDINALITY AS item (value, number);
$$;

COMMENT ON FUNCTION c360._match_comparisons(jsonb) IS
    'The comparisons of a recipe as rows, in their order.';
