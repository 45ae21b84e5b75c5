-- What becomes of each judged row of an import: new, changed, unchanged, or the SQLSTATE that refuses it. Without a key
-- every good row is new. A key may be used once in an import, whatever the chunks; refused rows use none.
-- Answers one state for each row, in their order. Reads only.

CREATE OR REPLACE FUNCTION c360._import_states(
    p_import_id  bigint,
    p_has_key    boolean,
    p_sources    text[],
    p_keys       text[],
    p_hashes     bytea[],
    p_codes      text[]
)
    RETURNS text[]
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    IF NOT p_has_key THEN
        RETURN ARRAY(
            SELECT coalesce(item.code, 'new')
            FROM unnest(p_codes) WITH ORDINALITY AS item (code, place)
            ORDER BY item.place
        );
    END IF;

    RETURN ARRAY(
        SELECT CASE
            WHEN given.code IS NOT NULL THEN given.code
            WHEN given.turn > 1 OR known.import_id = p_import_id THEN 'U1438'
            WHEN known.content_hash IS NULL THEN 'new'
            WHEN known.content_hash = given.content_hash THEN 'unchanged'
            ELSE 'changed'
        END
        FROM (
            SELECT
                item.*,
                row_number() OVER (
                    PARTITION BY item.code IS NULL, item.source, item.record_key
                    ORDER BY item.place
                ) AS turn
            FROM unnest(p_sources, p_keys, p_hashes, p_codes) WITH ORDINALITY
                AS item (source, record_key, content_hash, code, place)
        ) AS given
        LEFT JOIN LATERAL (
            SELECT
                record.import_id,
                record.content_hash
            FROM cdp_import_records AS record
            WHERE record.source = given.source
              AND record.record_key = given.record_key
            OFFSET 0
        ) AS known ON true
        ORDER BY given.place
    );
END;
$$;

COMMENT ON FUNCTION c360._import_states(bigint, boolean, text[], text[], bytea[], text[]) IS
    'new, changed, unchanged or a SQLSTATE for each row of an import.';
