-- Removes the refused rows of imports that ended before a time, at most p_limit; a dry run counts them all. The import and
-- its counts stay, and an import that was interrupted and may go on keeps everything. Trusts the search_path. Safe to
-- repeat.

CREATE OR REPLACE FUNCTION c360._retain_import_rejects(
    p_before  timestamptz,
    p_dry_run boolean,
    p_limit   integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_removed bigint;
BEGIN
    IF p_dry_run THEN
        SELECT count(*)
        INTO v_removed
        FROM cdp_import_rejects AS reject
        JOIN cdp_imports AS import ON import.import_id = reject.import_id
        WHERE import.finished_at < p_before;

        RETURN jsonb_build_object('removed', v_removed);
    END IF;

    DELETE FROM cdp_import_rejects AS reject
    USING (
        SELECT
            refused.import_id,
            refused.row_number
        FROM cdp_imports AS import
        CROSS JOIN LATERAL (
            SELECT
                own.import_id,
                own.row_number
            FROM cdp_import_rejects AS own
            WHERE own.import_id = import.import_id
            ORDER BY own.row_number
            LIMIT p_limit
        ) AS refused
        WHERE import.finished_at < p_before
        LIMIT p_limit
    ) AS old
    WHERE reject.import_id = old.import_id
      AND reject.row_number = old.row_number;
    GET DIAGNOSTICS v_removed = ROW_COUNT;

    RETURN jsonb_build_object('removed', v_removed, 'has_more', v_removed = p_limit);
END;
$$;

COMMENT ON FUNCTION c360._retain_import_rejects(timestamptz, boolean, integer) IS
    'Removes the refused rows of imports that ended before a time.';
