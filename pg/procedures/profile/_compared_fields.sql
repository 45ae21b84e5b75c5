-- What a comparison of the scored rule saw in two observations: [first, second], NULL where one says nothing. Of a comparison
-- over several attributes (an address) all of them, in order. Hidden where an attribute or identifier type behind it is
-- masked. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._compared_fields(
    p_tenant text,
    p_recipe jsonb,
    p_number integer,
    p_first  bigint,
    p_second bigint
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
AS $$
DECLARE
    v_comparison jsonb := p_recipe -> 'comparisons' -> p_number - 1;
    v_columns    jsonb := p_recipe -> 'columns';
    v_place      integer := (v_comparison ->> 'place')::integer;
    v_places     integer[];
    v_is_masked  boolean := c360._is_masked_comparison(p_tenant, v_comparison);
BEGIN
    v_places := ARRAY(
        SELECT described.place::integer
        FROM jsonb_array_elements(v_columns) WITH ORDINALITY AS described (kind_and_source, place)
        WHERE described.place = v_place
           OR (
               described.kind_and_source -> 0 = v_columns -> v_place - 1 -> 0
               AND v_comparison -> 'attributes' ? (described.kind_and_source ->> 1)
           )
        ORDER BY described.place
    );

    RETURN (
        SELECT jsonb_agg(
            to_jsonb(CASE WHEN v_is_masked AND said.value IS NOT NULL THEN '****' ELSE said.value END)
            ORDER BY side.position
        )
        FROM unnest(ARRAY[p_first, p_second]) WITH ORDINALITY AS side (raw_profile_id, position)
        LEFT JOIN cdp_match_fields AS known ON known.raw_profile_id = side.raw_profile_id
        CROSS JOIN LATERAL (
            SELECT nullif(
                concat_ws(', ', VARIADIC ARRAY(
                    SELECT replace(known.fields[wanted.place], chr(31), ', ')
                    FROM unnest(v_places) WITH ORDINALITY AS wanted (place, position)
                    ORDER BY wanted.position
                )),
                ''
            ) AS value
        ) AS said
    );
END;
$$;

COMMENT ON FUNCTION c360._compared_fields(text, jsonb, integer, bigint, bigint) IS
    'Both values that a comparison of the scored rule saw, masked ones hidden.';
