-- Why a value that is known links nobody: its type is not matched (unmatched), it is on the list of blocked values (blocked),
-- or too many persons have it (shared). Raises nothing.

CREATE OR REPLACE FUNCTION c360._why_unusable(
    p_tenant          text,
    p_identifier_type text,
    p_value           text
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
        WHEN EXISTS (
            SELECT
            FROM c360.blocked_values AS blocked
            WHERE blocked.tenant = p_tenant
              AND blocked.identifier_type IN ('*', split_part(p_identifier_type, ':', 1))
              AND p_value ~* ('^(?:' || blocked.pattern || ')$')
        ) THEN 'blocked'
        ELSE 'shared'
    END;
$$;

COMMENT ON FUNCTION c360._why_unusable(text, text, text) IS
    'Why an identifier value links nobody: unmatched, blocked or shared.';
