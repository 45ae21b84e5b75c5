-- Makes sure that every observation has its raw profile; answers the ids of those that are new.
-- Safe to repeat and to run concurrently: inserts go in the order of the fingerprint. Find the ids of all of them by
-- fingerprint in a statement after this one: only that sees what other sessions have committed meanwhile.

CREATE OR REPLACE FUNCTION c360._observe(
    p_source       text,
    p_identifiers  jsonb[],
    p_traits       jsonb[],
    p_hashes       bytea[],
    p_observed_at  timestamptz[]
)
    RETURNS bigint[]
    LANGUAGE plpgsql
AS $$
DECLARE
    v_internal_write  text := current_setting('c360.internal_write', true);
    v_new_ids         bigint[];
BEGIN
    PERFORM set_config('c360.internal_write', 'on', true);

    WITH observed AS (
        INSERT INTO cdp_raw_profiles AS raw (source, identifiers, traits, observed_at)
        SELECT
            p_source,
            given.identifiers,
            given.traits,
            given.observed_at
        FROM (
            SELECT DISTINCT ON (item.content_hash) item.*
            FROM unnest(p_identifiers, p_traits, p_hashes, p_observed_at)
                AS item (identifiers, traits, content_hash, observed_at)
            ORDER BY item.content_hash, item.observed_at
        ) AS given
        WHERE NOT EXISTS (
            SELECT
            FROM cdp_raw_profiles AS known
            WHERE known.content_hash = given.content_hash
        )
        ORDER BY given.content_hash
        ON CONFLICT (content_hash) DO NOTHING
        RETURNING raw.raw_profile_id
    )
    SELECT coalesce(array_agg(observed.raw_profile_id), '{}')
    INTO v_new_ids
    FROM observed;

    PERFORM set_config('c360.internal_write', coalesce(v_internal_write, ''), true);
    RETURN v_new_ids;
END;
$$;

COMMENT ON FUNCTION c360._observe(text, jsonb[], jsonb[], bytea[], timestamptz[]) IS
    'Inserts the raw profiles that do not exist yet and answers their ids.';
