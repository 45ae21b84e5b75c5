-- The cells that segments as a tenant writes them name, one row a cell and name: also twice where two segments name a cell. Expects
-- lines that _check_rfm_segments() has let pass. Pure.

CREATE OR REPLACE FUNCTION c360._rfm_cells_in(p_segments jsonb)
    RETURNS TABLE (recency_score integer, frequency_score integer, monetary_score integer, segment text)
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT DISTINCT
        r,
        f,
        m,
        named.item ->> 'segment'
    FROM jsonb_array_elements(p_segments) AS named (item)
    CROSS JOIN jsonb_array_elements_text(named.item -> 'cells') AS line (text)
    CROSS JOIN string_to_array(line.text, ' ') AS field (scores)
    CROSS JOIN generate_series(1, 5) AS r
    CROSS JOIN generate_series(1, 5) AS f
    CROSS JOIN generate_series(1, 5) AS m
    WHERE c360._rfm_field_has(field.scores[1], r)
      AND c360._rfm_field_has(field.scores[2], f)
      AND c360._rfm_field_has(field.scores[3], m);
$$;

COMMENT ON FUNCTION c360._rfm_cells_in(jsonb) IS
    'The RFM cells that segments of a tenant name.';
