-- The one core of imports: rows of a table and rows of a file end here, in chunks; the tenant's path is set by the caller.
-- One chunk, set-based: refused rows, observations, records under their keys, queue and one message. An observation has the
-- shape ingest gives it. Chunks may be cut anywhere: the outcome is the same.
--
-- A row that is new content makes an observation. A record whose content is as it was makes nothing. Content that was
-- known is seen again, and counts as more recent, when the row says so (a column feeds observed_at), or when a record
-- went back to it.
-- Imports of a tenant take turns. Plans do not depend on statistics. Rows about erased persons are counted and not taken.
-- Answers the counts of the chunk.

CREATE OR REPLACE FUNCTION c360._record_import_rows(
    p_tenant     text,
    p_import_id  bigint,
    p_first_row  bigint,
    p_rows       jsonb[],
    p_codes      text[] DEFAULT NULL,
    p_lines      text[] DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET enable_seqscan = off
    SET jit = off
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_source       text;
    v_options      jsonb;
    v_has_key      boolean;
    v_mapping      jsonb;
    v_started_at   timestamptz;
    v_keys         text[];
    v_sources      text[];
    v_identifiers  jsonb[];
    v_traits       jsonb[];
    v_consents     jsonb[];
    v_proofs       text[];
    v_hashes       bytea[];
    v_times        timestamptz[];
    v_stated       boolean[];
    v_codes        text[];
    v_unusable     jsonb;
    v_states       text[];
    v_new_ids      bigint[];
    v_new_hashes   bytea[];
    v_refused      bytea[];
    v_seen_ids     bigint[];
    v_counts       jsonb;
BEGIN
    SELECT
        import.source,
        import.options,
        import.options ? 'key',
        import.mapping,
        import.started_at
    INTO
        v_source,
        v_options,
        v_has_key,
        v_mapping,
        v_started_at
    FROM cdp_imports AS import
    WHERE import.import_id = p_import_id;

    PERFORM c360._wait_for_imports(p_tenant);
    PERFORM c360._hold_off_erasure();

    WITH judged AS MATERIALIZED (
        SELECT row.*
        FROM c360._judge_import_rows(
            c360._import_projection(p_tenant, v_mapping),
            v_source,
            v_options,
            p_rows,
            p_codes,
            v_started_at
        ) AS row
    )
    SELECT
        array_agg(judged.record_key ORDER BY judged.place),
        array_agg(judged.source ORDER BY judged.place),
        array_agg(judged.identifiers ORDER BY judged.place),
        array_agg(judged.traits ORDER BY judged.place),
        array_agg(judged.consents ORDER BY judged.place),
        array_agg(judged.proof ORDER BY judged.place),
        array_agg(sha256(convert_to(
            judged.source || chr(31) || judged.identifiers::text || chr(31) || judged.traits::text, 'UTF8'
        )) ORDER BY judged.place),
        array_agg(judged.observed_at ORDER BY judged.place),
        array_agg(judged.is_stated ORDER BY judged.place),
        array_agg(judged.code ORDER BY judged.place),
        (
            SELECT coalesce(jsonb_object_agg(counted.attribute, counted.count), '{}')
            FROM (
                SELECT
                    listed.attribute,
                    count(*) AS count
                FROM judged AS own
                CROSS JOIN LATERAL unnest(own.unusable) AS listed (attribute)
                WHERE own.unusable <> '{}'
                  AND own.code IS NULL
                GROUP BY listed.attribute
            ) AS counted
        )
    INTO
        v_keys,
        v_sources,
        v_identifiers,
        v_traits,
        v_consents,
        v_proofs,
        v_hashes,
        v_times,
        v_stated,
        v_codes,
        v_unusable
    FROM judged;

    v_states := c360._import_states(p_import_id, v_has_key, v_sources, v_keys, v_hashes, v_codes);
    PERFORM c360._keep_import_rejects(p_import_id, p_first_row, v_states, p_rows, p_lines);

    SELECT
        observed.new_ids,
        observed.new_hashes
    INTO
        v_new_ids,
        v_new_hashes
    FROM c360._observe_import_rows(v_states, v_sources, v_identifiers, v_traits, v_hashes, v_times) AS observed;

    v_refused := c360._refuse_suppressed(v_new_ids);
    IF v_refused <> '{}' THEN
        v_states := ARRAY(
            SELECT CASE WHEN item.content_hash = ANY (v_refused) AND item.state NOT LIKE 'U%' THEN 'suppressed' ELSE item.state END
            FROM unnest(v_states, v_hashes) WITH ORDINALITY AS item (state, content_hash, place)
            ORDER BY item.place
        );
        SELECT
            coalesce(array_agg(kept.id), '{}'),
            coalesce(array_agg(kept.content_hash), '{}')
        INTO
            v_new_ids,
            v_new_hashes
        FROM unnest(v_new_ids, v_new_hashes) AS kept (id, content_hash)
        WHERE kept.content_hash <> ALL (v_refused);
    END IF;

    v_seen_ids := c360._sight_import_rows(v_states, v_hashes, v_times, v_stated, v_new_hashes);

    IF v_has_key THEN
        PERFORM c360._keep_import_records(p_import_id, v_started_at, v_states, v_sources, v_keys, v_hashes);
    END IF;
    IF array_remove(v_consents, NULL) <> '{}' THEN
        PERFORM c360._keep_import_consents(p_tenant, p_import_id, ARRAY(
            SELECT ROW(said.*)::c360.import_consent
            -- A column that nobody said to be the time tells when the row changed, not when somebody agreed.
            FROM unnest(
                v_states,
                v_sources,
                v_hashes,
                CASE WHEN v_options ? 'guessed_time' THEN array_fill(v_started_at, ARRAY[cardinality(v_times)]) ELSE v_times END,
                CASE WHEN v_options ? 'guessed_time' THEN array_fill(false, ARRAY[cardinality(v_times)]) ELSE v_stated END,
                v_consents,
                v_proofs
            ) AS said (state, source, content_hash, said_at, is_stated, consents, proof)
            WHERE said.consents IS NOT NULL
        ));
    END IF;
    IF v_new_ids || v_seen_ids <> '{}' THEN
        PERFORM c360._queue_observations(p_tenant, v_new_ids || v_seen_ids, v_new_ids);
    END IF;

    -- Without a key a record is its content: what was known is unchanged.
    SELECT jsonb_build_object(
        'new', CASE WHEN v_has_key THEN counted.new_count ELSE cardinality(v_new_ids) END,
        'changed', counted.changed_count,
        'unchanged', counted.unchanged_count + CASE WHEN v_has_key THEN 0 ELSE counted.new_count - cardinality(v_new_ids) END,
        'rejected', counted.rejected_count,
        'observations', cardinality(v_new_ids),
        'unusable', v_unusable
    ) || CASE
        WHEN counted.suppressed_count = 0 THEN '{}'
        ELSE jsonb_build_object('suppressed', counted.suppressed_count)
    END
    INTO v_counts
    FROM (
        SELECT
            count(*) FILTER (WHERE state.name = 'new') AS new_count,
            count(*) FILTER (WHERE state.name = 'changed') AS changed_count,
            count(*) FILTER (WHERE state.name = 'unchanged') AS unchanged_count,
            count(*) FILTER (WHERE state.name LIKE 'U%') AS rejected_count,
            count(*) FILTER (WHERE state.name = 'suppressed') AS suppressed_count
        FROM unnest(v_states) AS state (name)
    ) AS counted;

    RETURN v_counts;
END;
$$;

COMMENT ON FUNCTION c360._record_import_rows(text, bigint, bigint, jsonb[], text[], text[]) IS
    'Judges and records rows of an import with everything that follows from them; answers the counts.';
