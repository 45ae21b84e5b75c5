-- Adds the listed computed traits of a tenant, or changes them to what is listed, each row given whole. Safe to repeat; unchanged rows
-- stay untouched. NULL lists nothing. Their expressions are checked when they are compiled, by the next sync.
-- Raises: U3312 trait_invalid

CREATE OR REPLACE FUNCTION c360._apply_computed_traits(
    p_tenant text,
    p_rows   jsonb
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO c360.computed_traits AS known (
        tenant, trait, title, description, expression, status, notifies_first, created_by, changed_by
    )
    SELECT
        p_tenant, given.trait, given.title, given.description, given.expression, given.status, given.notifies_first,
        c360._actor(), c360._actor()
    FROM jsonb_populate_recordset(NULL::c360.computed_traits, p_rows) AS given
    ON CONFLICT (tenant, trait) DO UPDATE
    SET title = excluded.title,
        description = excluded.description,
        expression = excluded.expression,
        status = excluded.status,
        notifies_first = excluded.notifies_first,
        changed_at = now(),
        changed_by = excluded.changed_by
    WHERE (known.title, known.description, known.expression, known.status, known.notifies_first)
        IS DISTINCT FROM (excluded.title, excluded.description, excluded.expression, excluded.status, excluded.notifies_first);
EXCEPTION
    WHEN check_violation OR not_null_violation THEN
        RAISE EXCEPTION 'a computed trait cannot be right'
            USING ERRCODE = 'U3312',
                  DETAIL = SQLERRM,
                  HINT = 'Its code is of a-z, 0-9 and _, begins with a letter and has at most 41 of them; its title has at most 200 characters, its expression at most 4,000; its status is active or paused.';
END;
$$;

COMMENT ON FUNCTION c360._apply_computed_traits(text, jsonb) IS
    'Adds or changes the listed computed traits of a tenant.';
