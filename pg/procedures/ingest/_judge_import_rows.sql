-- Reads rows of an import as observations and judges each: code IS NULL means good. Writes nothing, never raises because
-- of a row. The order of the WHENs is the order in which a row with several faults is told about them.
-- p_codes: what a reader of files found out already; NULL for rows that are documents.

CREATE OR REPLACE FUNCTION c360._judge_import_rows(
    p_projection   text,
    p_source       text,
    p_has_key      boolean,
    p_is_strict    boolean,
    p_rows         jsonb[],
    p_codes        text[],
    p_started_at   timestamptz
)
    RETURNS TABLE (
        place        bigint,
        record_key   text,
        source       text,
        identifiers  jsonb,
        traits       jsonb,
        observed_at  timestamptz,
        is_stated    boolean,
        unusable     text[],
        code         text
    )
    LANGUAGE plpgsql
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY EXECUTE format(
        $query$
            SELECT
                judged.place,
                judged.record_key,
                judged.source,
                CASE
                    WHEN $5 AND judged.record_key IS NOT NULL AND judged.source IS NOT NULL
                        THEN judged.identifiers || jsonb_build_object('record_id:' || judged.source, judged.record_key)
                    ELSE judged.identifiers
                END,
                judged.traits,
                coalesce(judged.time, $4),
                judged.time IS NOT NULL,
                judged.unusable,
                CASE
                    WHEN judged.given_code IS NOT NULL THEN judged.given_code
                    WHEN $5 AND judged.record_key IS NULL THEN 'U1437'
                    WHEN judged.identifiers = '{}' AND judged.traits = '{}' THEN 'U1433'
                    WHEN judged.source IS NULL OR judged.source !~ '^[a-z0-9][a-z0-9_.-]{0,59}$' THEN 'U1440'
                    WHEN judged.observed IS NOT NULL
                        AND coalesce(judged.time NOT BETWEEN timestamptz '1900-01-01 00:00:00Z' AND $4 + interval '1 day', true)
                        THEN 'U1434'
                    WHEN length(judged.record_key) > 500 THEN 'U1435'
                    WHEN pg_column_size(judged.identifiers) > 500 AND EXISTS (
                        SELECT
                        FROM jsonb_each(judged.identifiers) AS kind
                        CROSS JOIN LATERAL c360._spread_identifier(kind.key, kind.value) AS single
                        WHERE length(single.value) > 500
                    ) THEN 'U1435'
                    WHEN pg_column_size(judged.traits) > 8192 AND c360._is_oversized(judged.traits) THEN 'U1436'
                    WHEN $6 AND judged.unusable <> '{}' THEN 'U1439'
                END
            FROM (
                SELECT
                    item.*,
                    c360._import_time(item.observed) AS time
                FROM (%s) AS item
                OFFSET 0
            ) AS judged
        $query$,
        p_projection
    )
    USING p_rows, p_codes, p_source, p_started_at, p_has_key, p_is_strict;
END;
$$;

COMMENT ON FUNCTION c360._judge_import_rows(text, text, boolean, boolean, jsonb[], text[], timestamptz) IS
    'Rows of an import as observations, each with the SQLSTATE that refuses it or NULL.';
