-- Why a value that is known links nobody: its type is not matched (unmatched), or it was on the list of blocked values when
-- the observation was read (blocked). Raises nothing.

CREATE OR REPLACE FUNCTION c360._why_unusable(
    p_tenant          text,
    p_identifier_type text
)
    RETURNS text
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN NOT EXISTS (
            SELECT
            FROM c360.identifier_types AS kind
            WHERE kind.tenant = p_tenant
              AND kind.identifier_type = split_part(p_identifier_type, ':', 1)
              AND kind.is_matched
        ) THEN 'unmatched'
        ELSE 'blocked'
    END;
$$;

COMMENT ON FUNCTION c360._why_unusable(text, text) IS
    'Why an identifier value links nobody: unmatched or blocked.';
