-- Adds two objects of counts, member by member; objects among the members too. Pure.

CREATE OR REPLACE FUNCTION c360._add_counts(p_counts jsonb, p_more jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT coalesce(jsonb_object_agg(
            coalesce(own.key, other.key),
            CASE
                WHEN jsonb_typeof(coalesce(own.value, other.value)) = 'object'
                    THEN c360._add_counts(coalesce(own.value, '{}'), coalesce(other.value, '{}'))
                ELSE to_jsonb(coalesce((own.value #>> '{}')::bigint, 0) + coalesce((other.value #>> '{}')::bigint, 0))
            END
        ), '{}')
        FROM jsonb_each(p_counts) AS own
        FULL JOIN jsonb_each(p_more) AS other USING (key)
    );
END;
$$;

COMMENT ON FUNCTION c360._add_counts(jsonb, jsonb) IS
    'The sum of two objects of counts.';
