-- Takes a person out of what is about others: past versions of their golden records in which the person is go
-- (p_versions: '<id> <version>'); reasons and evidence that name the person, or that are of a decision about them
-- (p_override_ids), are emptied. Answers {table: rows}. Trusts the search_path and the resolver's lock. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_mentions(
    p_person       c360.person,
    p_versions     text[],
    p_override_ids bigint[]
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_versions bigint;
    v_merges   bigint;
    v_failures bigint;
BEGIN
    DELETE FROM cdp_profile_history AS told
    WHERE told.master_profile_id::text || ' ' || told.version = ANY (p_versions);
    GET DIAGNOSTICS v_versions = ROW_COUNT;

    UPDATE cdp_profile_history AS told
    SET reason = c360._without_person(
            (CASE
                WHEN (told.reason #>> '{decision,link_override_id}')::bigint = ANY (p_override_ids)
                    THEN told.reason #- '{decision,reason}'
                ELSE told.reason
            END)::text,
            p_person.texts
        )::jsonb,
        profile = c360._without_person(told.profile::text, p_person.texts)::jsonb
    WHERE told.master_profile_id <> ALL (p_person.master_profile_ids)
      AND (
          (told.reason #>> '{decision,link_override_id}')::bigint = ANY (p_override_ids)
          OR c360._names_person(told.reason::text, p_person.texts)
          OR c360._names_person(told.profile::text, p_person.texts)
      );

    UPDATE cdp_profile_merges AS merge
    SET evidence = c360._without_person(merge.evidence::text, p_person.texts)::jsonb
    WHERE c360._names_person(merge.evidence::text, p_person.texts);
    GET DIAGNOSTICS v_merges = ROW_COUNT;

    UPDATE cdp_resolution_failures AS failure
    SET reason = c360._without_person(failure.reason, p_person.texts)
    WHERE c360._names_person(failure.reason, p_person.texts);
    GET DIAGNOSTICS v_failures = ROW_COUNT;

    RETURN jsonb_build_object(
        'cdp_profile_history', v_versions,
        'cdp_profile_merges', v_merges,
        'cdp_resolution_failures', v_failures
    );
END;
$$;

COMMENT ON FUNCTION c360._erase_mentions(c360.person, text[], bigint[]) IS
    'Takes a person out of the history, merges and failures of others.';
