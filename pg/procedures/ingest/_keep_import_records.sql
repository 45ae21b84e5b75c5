-- Remembers the records of a chunk under their keys: which observation each is now, which import took it and which saw
-- it. A record that is back is not gone any more.

CREATE OR REPLACE FUNCTION c360._keep_import_records(
    p_import_id  bigint,
    p_at         timestamptz,
    p_states     text[],
    p_sources    text[],
    p_keys       text[],
    p_hashes     bytea[]
)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO cdp_import_records AS record (
        source,
        record_key,
        raw_profile_id,
        content_hash,
        import_id,
        seen_import_id,
        changed_at
    )
    SELECT
        item.source,
        item.record_key,
        (SELECT raw.raw_profile_id FROM cdp_raw_profiles AS raw WHERE raw.content_hash = item.content_hash),
        item.content_hash,
        p_import_id,
        p_import_id,
        p_at
    FROM unnest(p_states, p_sources, p_keys, p_hashes) AS item (state, source, record_key, content_hash)
    WHERE item.state IN ('new', 'changed')
    ON CONFLICT (source, record_key) DO UPDATE
    SET raw_profile_id = excluded.raw_profile_id,
        content_hash = excluded.content_hash,
        import_id = excluded.import_id,
        seen_import_id = excluded.seen_import_id,
        changed_at = excluded.changed_at,
        gone_at = NULL;

    UPDATE cdp_import_records AS record
    SET import_id = CASE WHEN item.state = 'unchanged' THEN p_import_id ELSE record.import_id END,
        seen_import_id = p_import_id,
        gone_at = NULL
    FROM unnest(p_states, p_sources, p_keys) AS item (state, source, record_key)
    WHERE (item.state = 'unchanged' OR (item.state LIKE 'U%' AND item.state <> 'U1438'))
      AND record.source = item.source
      AND record.record_key = item.record_key;
END;
$$;

COMMENT ON FUNCTION c360._keep_import_records(bigint, timestamptz, text[], text[], text[], bytea[]) IS
    'Remembers which observation each record of an import is.';
