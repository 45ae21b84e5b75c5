-- Makes the observations of new and changed rows of an import that do not exist yet; answers their ids and fingerprints.
-- Safe to run concurrently: inserts go in the order of the fingerprint, as those of ingest do.

CREATE OR REPLACE FUNCTION c360._observe_import_rows(
    p_states         text[],
    p_sources        text[],
    p_identifiers    jsonb[],
    p_traits         jsonb[],
    p_hashes         bytea[],
    p_times          timestamptz[],
    OUT new_ids      bigint[],
    OUT new_hashes   bytea[]
)
    LANGUAGE plpgsql
AS $$
DECLARE
    v_internal_write text := current_setting('c360.internal_write', true);
BEGIN
    PERFORM set_config('c360.internal_write', 'on', true);

    WITH observed AS (
        INSERT INTO cdp_raw_profiles AS raw (source, identifiers, traits, observed_at)
        SELECT
            given.source,
            given.identifiers,
            given.traits,
            given.observed_at
        FROM (
            SELECT DISTINCT ON (item.content_hash) item.*
            FROM unnest(p_states, p_sources, p_identifiers, p_traits, p_hashes, p_times)
                AS item (state, source, identifiers, traits, content_hash, observed_at)
            WHERE item.state IN ('new', 'changed')
            ORDER BY item.content_hash, item.observed_at
        ) AS given
        WHERE NOT EXISTS (
            SELECT
            FROM cdp_raw_profiles AS known
            WHERE known.content_hash = given.content_hash
        )
        ORDER BY given.content_hash
        ON CONFLICT (content_hash) DO NOTHING
        RETURNING raw.raw_profile_id, raw.content_hash
    )
    SELECT
        coalesce(array_agg(observed.raw_profile_id), '{}'),
        coalesce(array_agg(observed.content_hash), '{}')
    INTO
        new_ids,
        new_hashes
    FROM observed;

    PERFORM set_config('c360.internal_write', coalesce(v_internal_write, ''), true);
END;
$$;

COMMENT ON FUNCTION c360._observe_import_rows(text[], text[], jsonb[], jsonb[], bytea[], timestamptz[]) IS
    'Makes the observations of an import that do not exist yet.';
