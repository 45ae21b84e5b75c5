-- Removes what arrived about a person and could not be taken, and what imports remember of them: refused events and rows that
-- name an identifier of theirs, import records. A refused event says who it is about where ingest would read it; both are
-- also known by what they quote. Answers {table: rows}. Trusts the search_path and that nobody records. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_arrivals(p_person c360.person)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_values   text[] := ARRAY(
        SELECT btrim(to_jsonb(own.value)::text, '"')
        FROM unnest(p_person.identifiers) AS own
    );
    v_rejected bigint;
    v_rejects  bigint;
    v_records  bigint;
BEGIN
    DELETE FROM cdp_rejected_events AS rejected
    WHERE c360._names_person(rejected.payload, p_person.texts)
       OR c360._names_person(rejected.message_id, p_person.texts)
       OR CASE
           -- Reading an event takes long; looking for a word does not.
           WHEN EXISTS (SELECT FROM unnest(v_values) AS own (value) WHERE strpos(rejected.payload, own.value) > 0) THEN EXISTS (
               SELECT
               FROM jsonb_each(c360._event_identifiers(c360._patched_event(rejected.payload, NULL))) AS item (name, value)
               CROSS JOIN LATERAL c360._spread_identifier(item.name, item.value) AS sent
               JOIN unnest(p_person.identifiers) AS own
                   ON own.identifier_type = sent.identifier_type
                   AND own.value = sent.value
           )
           ELSE false
       END;
    GET DIAGNOSTICS v_rejected = ROW_COUNT;

    DELETE FROM cdp_import_rejects AS reject
    USING cdp_imports AS import
    WHERE import.import_id = reject.import_id
      AND (
          c360._names_person(reject.content, p_person.texts)
          OR EXISTS (
              SELECT
              FROM unnest(p_person.identifiers) AS own
              WHERE own.identifier_type = 'record_id:' || import.source
                AND own.value = c360._patched_event(reject.content, NULL) ->> (import.options ->> 'key')
          )
      );
    GET DIAGNOSTICS v_rejects = ROW_COUNT;

    DELETE FROM cdp_import_records AS record
    WHERE record.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_records = ROW_COUNT;

    -- The checksum of a file that held little else could be found by trying; a finished import does not need it.
    UPDATE cdp_imports AS import
    SET fingerprint = NULL
    WHERE import.status <> 'running'
      AND import.fingerprint IS NOT NULL
      AND import.source IN (
          SELECT raw.source
          FROM cdp_raw_profiles AS raw
          WHERE raw.raw_profile_id = ANY (p_person.raw_profile_ids)
      );

    RETURN jsonb_build_object(
        'cdp_rejected_events', v_rejected,
        'cdp_import_rejects', v_rejects,
        'cdp_import_records', v_records
    );
END;
$$;

COMMENT ON FUNCTION c360._erase_arrivals(c360.person) IS
    'Removes refused events and rows about a person, and what imports remember of them.';
