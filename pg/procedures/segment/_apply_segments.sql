-- Adds the listed segments of a tenant, or changes them to what is listed, each row given whole. Safe to repeat; unchanged rows
-- stay untouched. NULL lists nothing. Their conditions are checked when they are compiled, by the next sync.
-- Raises: U3302 segment_condition_invalid

CREATE OR REPLACE FUNCTION c360._apply_segments(
    p_tenant text,
    p_rows   jsonb
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO c360.segments AS known (
        tenant, segment, title, description, condition, status, notifies_first, created_by, changed_by
    )
    SELECT
        p_tenant, given.segment, given.title, given.description, given.condition, given.status, given.notifies_first,
        c360._actor(), c360._actor()
    FROM jsonb_populate_recordset(NULL::c360.segments, p_rows) AS given
    ON CONFLICT (tenant, segment) DO UPDATE
    SET title = excluded.title,
        description = excluded.description,
        condition = excluded.condition,
        status = excluded.status,
        notifies_first = excluded.notifies_first,
        changed_at = now(),
        changed_by = excluded.changed_by
    WHERE (known.title, known.description, known.condition, known.status, known.notifies_first)
        IS DISTINCT FROM (excluded.title, excluded.description, excluded.condition, excluded.status, excluded.notifies_first);
EXCEPTION
    WHEN check_violation OR not_null_violation THEN
        RAISE EXCEPTION 'a segment cannot be right'
            USING ERRCODE = 'U3302',
                  DETAIL = SQLERRM,
                  HINT = 'Its code is of a-z, 0-9 and _, begins with a letter and has at most 41 of them; its title has at most 200 characters, its condition at most 4,000; its status is active or paused.';
END;
$$;

COMMENT ON FUNCTION c360._apply_segments(text, jsonb) IS
    'Adds or changes the listed segments of a tenant.';
