-- What a SELECT over a table of the lake writes (alias kept): each column as the text that stands in the lake and that the checksum is made of, and
-- the number of a row: the first 60 bits of md5 of all these texts, joined by chr(31), chr(30) where there is none. The number
-- is the same wherever it is worked out. Times are microseconds since 1970, so that no setting changes them; an
-- infinite one is refused by the cast. Reads only.

CREATE OR REPLACE FUNCTION c360._lake_texts(
    p_tenant      text,
    p_table       text,
    OUT columns   text[],
    OUT texts     text[],
    OUT number    text
)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        array_agg(shown.column_name ORDER BY shown."position"),
        array_agg(shown.text ORDER BY shown."position"),
        format(
            '(''x'' || left(md5(%s), 15))::bit(60)::bigint',
            string_agg(format('coalesce(%s, chr(30))', shown.text), ' || chr(31) || ' ORDER BY shown."position")
        )
    FROM (
        SELECT
            listed."position",
            listed.column_name,
            format(
                CASE
                    WHEN listed.lake_type = 'timestamp(us, UTC)' THEN '(extract(epoch FROM kept.%I) * 1000000)::bigint::text'
                    WHEN listed.lake_type = 'date32' THEN 'to_char(kept.%I, ''YYYY-MM-DD'')'
                    WHEN listed.sql_type = 'bytea' THEN 'encode(kept.%I, ''hex'')'
                    WHEN listed.sql_type LIKE '%[]' THEN 'to_json(kept.%I)::text'
                    ELSE 'kept.%I::text'
                END,
                listed.column_name
            ) AS text
        FROM c360.lake_schema(p_tenant) AS listed
        WHERE listed.table_name = p_table
    ) AS shown;
$$;

COMMENT ON FUNCTION c360._lake_texts(text, text) IS
    'How the rows of a table of the lake are written and numbered.';
