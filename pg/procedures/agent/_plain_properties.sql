-- What of shown properties holds no free text: numbers, true and false, a text that the schema of the event lists (enum, const), and a
-- currency. Members that have nothing left are left out. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._plain_properties(p_properties jsonb, p_schema jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT coalesce(jsonb_object_agg(plain.name, plain.value) FILTER (WHERE plain.value <> '{}'), '{}')
        FROM (
            SELECT
                member.name,
                CASE
                    WHEN jsonb_typeof(member.value) = 'object' THEN c360._plain_properties(member.value, described.schema)
                    WHEN jsonb_typeof(member.value) = 'boolean' THEN member.value
                    WHEN jsonb_typeof(member.value) = 'number' AND length(member.value::text) <= 40 THEN member.value
                    WHEN jsonb_typeof(member.value) = 'string' AND (
                        coalesce(described.schema -> 'enum' @> member.value, false)
                        OR coalesce(described.schema -> 'const' = member.value, false)
                        OR (member.name = 'currency' AND member.value #>> '{}' ~ '^[A-Z]{3}$')
                    ) THEN member.value
                    ELSE '{}'
                END AS value
            FROM jsonb_each(p_properties) AS member (name, value)
            CROSS JOIN LATERAL (SELECT p_schema -> 'properties' -> member.name AS schema) AS described
        ) AS plain
    );
END;
$$;

COMMENT ON FUNCTION c360._plain_properties(jsonb, jsonb) IS
    'What of properties of an event holds no free text.';
