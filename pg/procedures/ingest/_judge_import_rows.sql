-- Reads rows of an import as observations and judges each: code IS NULL means good. Writes nothing, never raises because
-- of a row. The order of the WHENs is the order in which a row with several faults is told about them.
-- A time that cannot be read or cannot be right refuses a row, but not where the column was only guessed to be the time: then
-- the row counts with the time of the import, and observed_at is named among what was unusable.
-- p_codes: what a reader of files found out already; NULL for rows that are documents.

CREATE OR REPLACE FUNCTION c360._judge_import_rows(
    p_projection   text,
    p_source       text,
    p_options      jsonb,
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
        consents     jsonb,
        proof        text,
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
                judged.consents,
                judged.proof,
                CASE WHEN judged.is_time_off THEN $4 ELSE coalesce(judged.time, $4) END,
                judged.time IS NOT NULL AND NOT judged.is_time_off,
                CASE WHEN $7 AND judged.is_time_off THEN array_append(judged.unusable, 'observed_at') ELSE judged.unusable END,
                CASE
                    WHEN judged.given_code IS NOT NULL THEN judged.given_code
                    WHEN $5 AND judged.record_key IS NULL THEN 'U1437'
                    WHEN judged.identifiers = '{}' AND judged.traits = '{}' THEN 'U1433'
                    WHEN judged.source IS NULL OR judged.source !~ '^[a-z0-9][a-z0-9_.-]{0,59}$' THEN 'U1440'
                    WHEN judged.is_time_off AND NOT $7 THEN 'U1434'
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
                    item.place,
                    item.given_code,
                    c360._import_key(item.record_key) AS record_key,
                    item.source,
                    item.time,
                    item.identifiers,
                    item.traits,
                    item.consents,
                    item.proof,
                    item.unusable,
                    item.observed IS NOT NULL
                        AND coalesce(item.time NOT BETWEEN timestamptz '1900-01-01 00:00:00Z' AND $4 + interval '1 day', true) AS is_time_off
                -- Sorting ends the reading of values before that of keys begins: PostgreSQL keeps 32 compiled patterns, and between those of
                -- values the large one that keys are compared with would be compiled anew for each of them.
                FROM (SELECT read.* FROM (%s) AS read ORDER BY read.place OFFSET 0) AS item
                OFFSET 0
            ) AS judged
        $query$,
        p_projection
    )
    USING p_rows, p_codes, p_source, p_started_at, p_options ? 'key', p_options @> '{"reject_invalid": true}',
        p_options @> '{"guessed_time": true}';
END;
$$;

COMMENT ON FUNCTION c360._judge_import_rows(text, text, jsonb, jsonb[], text[], timestamptz) IS
    'Rows of an import as observations, each with the SQLSTATE that refuses it or NULL.';
