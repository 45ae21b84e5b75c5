-- Hides a value but for its last four characters, and short ones wholly. Pure. Used by the views of tenants for masked
-- attributes and identifiers; values of types without text (dates, numbers) are left out altogether.

CREATE OR REPLACE FUNCTION c360.mask_value(p_value text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT '****' || CASE WHEN length(p_value) > 8 THEN right(p_value, 4) ELSE '' END;
$$;

CREATE OR REPLACE FUNCTION c360.mask_value(p_values text[])
    RETURNS text[]
    LANGUAGE sql
    IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(c360.mask_value(listed.value) ORDER BY listed.place), '{}')
    FROM unnest(p_values) WITH ORDINALITY AS listed (value, place);
$$;

CREATE OR REPLACE FUNCTION c360.mask_value(p_document jsonb)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE jsonb_typeof(p_document)
        WHEN 'object' THEN (
            SELECT coalesce(jsonb_object_agg(entry.key, c360.mask_value(entry.value)), '{}')
            FROM jsonb_each_text(p_document) AS entry
        )
        ELSE to_jsonb('****'::text)
    END;
$$;

CREATE OR REPLACE FUNCTION c360.mask_value(p_value anyelement)
    RETURNS anyelement
    LANGUAGE sql
    IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT nullif(p_value, p_value);
$$;

COMMENT ON FUNCTION c360.mask_value(text) IS 'Text with all but its last four characters hidden.';
COMMENT ON FUNCTION c360.mask_value(text[]) IS 'Each element with all but its last four characters hidden.';
COMMENT ON FUNCTION c360.mask_value(jsonb) IS 'An object with its values hidden; anything else becomes one mask.';
COMMENT ON FUNCTION c360.mask_value(anyelement) IS 'NULL of the same type: dates and numbers cannot be shown in part.';
