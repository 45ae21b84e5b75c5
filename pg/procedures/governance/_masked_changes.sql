-- The lines of _metadata_differences() as readers may see them: the patterns of blocked values of masked identifier types are
-- hidden. Reads only.

CREATE OR REPLACE FUNCTION c360._masked_changes(
    p_tenant  text,
    p_changes text[]
)
    RETURNS text[]
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        array_agg(
            CASE
                WHEN starts_with(told.line, 'blocked_values.')
                    AND split_part(told.line, '.', 2) = ANY (c360._masked_identifier_types(p_tenant))
                    THEN 'blocked_values.' || split_part(told.line, '.', 2) || '.****: ' || split_part(told.line, ': ', -1)
                ELSE told.line
            END
            ORDER BY told.place
        ),
        '{}'
    )
    FROM unnest(p_changes) WITH ORDINALITY AS told (line, place);
$$;

COMMENT ON FUNCTION c360._masked_changes(text, text[]) IS
    'What changed in identity metadata, with the blocked values of masked identifier types hidden.';
