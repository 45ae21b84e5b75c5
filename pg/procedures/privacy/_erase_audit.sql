-- Takes a person out of the records of who changed what: reasons of decisions about them (p_override_ids), blocked values that
-- were made because of them, and their identifiers wherever else the audit log or a version of the metadata quotes them. A
-- version has the checksum of what it says afterwards. Answers {table: rows}. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_audit(p_tenant text, p_person c360.person, p_override_ids bigint[])
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_entries  bigint;
    v_versions bigint;
BEGIN
    UPDATE c360.audit_log AS entry
    SET object = c360._without_person(entry.object, p_person.texts),
        detail = c360._without_person(
            (CASE
                WHEN entry.action LIKE 'link\_overrides.%' AND entry.object = ANY (p_override_ids::text[]) THEN entry.detail - 'reason'
                WHEN entry.action LIKE 'blocked\_values.%' THEN entry.detail #- '{before,pattern}' #- '{before,reason}'
                    #- '{after,pattern}' #- '{after,reason}'
                ELSE entry.detail
            END)::text,
            p_person.texts
        )::jsonb
    WHERE entry.tenant = p_tenant
      AND (
          (entry.action LIKE 'link\_overrides.%' AND entry.object = ANY (p_override_ids::text[]))
          OR c360._names_person(entry.object, p_person.texts)
          OR c360._names_person(entry.detail::text, p_person.texts)
      );
    GET DIAGNOSTICS v_entries = ROW_COUNT;

    UPDATE c360.metadata_versions AS version
    SET document = said.document,
        checksum = encode(sha256(convert_to(said.document::text, 'UTF8')), 'hex'),
        changes = said.changes
    FROM (
        SELECT
            own.version,
            c360._without_person(
                jsonb_set(own.document, '{blocked_values}', (
                    SELECT coalesce(jsonb_agg(blocked.item ORDER BY blocked.place), '[]')
                    FROM jsonb_array_elements(own.document -> 'blocked_values') WITH ORDINALITY AS blocked (item, place)
                    WHERE NOT c360._names_person(blocked.item::text, p_person.texts)
                ))::text,
                p_person.texts
            )::jsonb AS document,
            ARRAY(
                SELECT CASE WHEN c360._names_person(change.line, p_person.texts) THEN '[erased]' ELSE change.line END
                FROM unnest(own.changes) WITH ORDINALITY AS change (line, place)
                ORDER BY change.place
            ) AS changes
        FROM c360.metadata_versions AS own
        WHERE own.tenant = p_tenant
          AND (
              c360._names_person(own.document::text, p_person.texts)
              OR c360._names_person(array_to_string(own.changes, chr(10)), p_person.texts)
          )
    ) AS said
    WHERE version.tenant = p_tenant
      AND version.version = said.version;
    GET DIAGNOSTICS v_versions = ROW_COUNT;

    RETURN jsonb_build_object('audit_log', v_entries, 'metadata_versions', v_versions);
END;
$$;

COMMENT ON FUNCTION c360._erase_audit(text, c360.person, bigint[]) IS
    'Takes a person out of the audit log and the versions of the metadata.';
