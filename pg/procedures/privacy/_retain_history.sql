-- Removes versions of golden records that a later version replaced before a time; a dry run counts them all. So the version
-- in force at that time, and with it the present one, always stays, and profile_as_of() answers for every moment since.
--
-- Goes by what replaced them: a step reads the next p_limit versions in order of time, from where the last step stopped, and
-- removes their predecessors. So the work of a run is what was written in the time since the last one, however many golden
-- records have not changed for years. Trusts the search_path. Safe to repeat, from any position.

CREATE OR REPLACE FUNCTION c360._retain_history(
    p_before  timestamptz,
    p_dry_run boolean,
    p_limit   integer,
    p_cursor  jsonb
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_read    bigint;
    v_removed bigint;
    v_cursor  jsonb;
BEGIN
    IF p_dry_run THEN
        SELECT count(*)
        INTO v_removed
        FROM cdp_profile_history AS old
        WHERE EXISTS (
            SELECT
            FROM cdp_profile_history AS replacing
            WHERE replacing.master_profile_id = old.master_profile_id
              AND replacing.version > old.version
              AND replacing.valid_from <= p_before
        );

        RETURN jsonb_build_object('removed', v_removed);
    END IF;

    WITH replacing AS MATERIALIZED (
        SELECT
            later.valid_from,
            later.master_profile_id,
            later.version
        FROM cdp_profile_history AS later
        WHERE later.version > 1
          AND later.valid_from <= p_before
          -- Without an OR for the empty cursor, which a cached plan could not turn into a place in the index.
          AND (later.valid_from, later.master_profile_id, later.version) > (
              coalesce((p_cursor ->> 'valid_from')::timestamptz, '-infinity'),
              coalesce((p_cursor ->> 'master_profile_id')::uuid, '00000000-0000-0000-0000-000000000000'),
              coalesce((p_cursor ->> 'version')::integer, 0)
          )
        ORDER BY
            later.valid_from,
            later.master_profile_id,
            later.version
        LIMIT p_limit
    ),
    removed AS (
        DELETE FROM cdp_profile_history AS old
        USING replacing
        WHERE old.master_profile_id = replacing.master_profile_id
          AND old.version < replacing.version
        RETURNING 1
    )
    SELECT
        (SELECT count(*) FROM replacing),
        (SELECT count(*) FROM removed),
        (
            SELECT to_jsonb(last.*)
            FROM replacing AS last
            ORDER BY
                last.valid_from DESC,
                last.master_profile_id DESC,
                last.version DESC
            LIMIT 1
        )
    INTO
        v_read,
        v_removed,
        v_cursor;

    RETURN jsonb_build_object(
        'removed', v_removed,
        'has_more', v_read = p_limit,
        'cursor', coalesce(v_cursor, p_cursor)
    );
END;
$$;

COMMENT ON FUNCTION c360._retain_history(timestamptz, boolean, integer, jsonb) IS
    'Removes versions of golden records that a later version replaced before a time.';
