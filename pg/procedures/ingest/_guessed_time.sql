-- {"guessed_time": true} where no mapping of the caller says which column is the time of a row and one was guessed; else {}. Reads only.

CREATE OR REPLACE FUNCTION c360._guessed_time(
    p_tenant  text,
    p_mapping jsonb,
    p_given   jsonb
)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
AS $$
    SELECT CASE
        WHEN EXISTS (SELECT FROM c360._import_pairs(p_mapping) AS pair WHERE pair.target = 'observed_at')
            AND NOT EXISTS (
                SELECT
                FROM c360._import_pairs(coalesce(nullif(p_given, 'null'), '{}')) AS pair
                WHERE c360._import_target(p_tenant, pair.target) = 'observed_at'
            )
            THEN '{"guessed_time": true}'::jsonb
        ELSE '{}'
    END;
$$;

COMMENT ON FUNCTION c360._guessed_time(text, jsonb, jsonb) IS
    'Whether the time of the rows of an import was guessed, as an option.';
