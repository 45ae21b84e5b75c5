-- A document for somebody who reads it word by word: texts are cut after 200 characters, lists after 20 entries, and what takes more than
-- 1,000 characters all the same is left out. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._brief_document(p_document jsonb)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_object_agg(short.name, short.value) FILTER (WHERE length(short.value::text) <= 1000), '{}')
    FROM (
        SELECT
            member.name,
            CASE
                WHEN jsonb_typeof(member.value) = 'string' AND length(member.value #>> '{}') > 200
                    THEN to_jsonb(left(member.value #>> '{}', 200) || '…')
                WHEN jsonb_typeof(member.value) = 'array' AND jsonb_array_length(member.value) > 20
                    THEN jsonb_path_query_array(member.value, '$[0 to 19]')
                ELSE member.value
            END AS value
        FROM jsonb_each(p_document) AS member (name, value)
    ) AS short;
$$;

COMMENT ON FUNCTION c360._brief_document(jsonb) IS
    'A document with what is long cut or left out.';
