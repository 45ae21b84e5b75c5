-- Sets how long a tenant keeps the listed kinds, [{kind, keep}]. Safe to repeat; unchanged rows stay untouched. NULL lists
-- nothing.
-- Raises: U4430 retention_invalid

CREATE OR REPLACE FUNCTION c360._apply_retention_policies(
    p_tenant text,
    p_rows   jsonb
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_listed text;
BEGIN
    SELECT string_agg(format('%s for %s', listed.policy ->> 'kind', listed.policy ->> 'keep'), ', ')
    INTO v_listed
    FROM jsonb_array_elements(p_rows) AS listed (policy);

    INSERT INTO c360.retention_policies AS known (tenant, kind, keep)
    SELECT
        p_tenant,
        given.kind,
        given.keep
    FROM jsonb_to_recordset(p_rows) AS given (kind text, keep interval)
    ON CONFLICT (tenant, kind) DO UPDATE
    SET keep = excluded.keep
    WHERE known.keep <> excluded.keep;
EXCEPTION
    WHEN check_violation OR foreign_key_violation OR not_null_violation
        OR invalid_datetime_format OR datetime_field_overflow OR interval_field_overflow THEN
        RAISE EXCEPTION 'this cannot be a retention: %', v_listed
            USING ERRCODE = 'U4430',
                  DETAIL = SQLERRM,
                  HINT = 'Whole days, 1 to 36500, such as 400 days; at least 90 for audit and agent_calls. List the kinds with: c360 retention show';
END;
$$;

COMMENT ON FUNCTION c360._apply_retention_policies(text, jsonb) IS
    'Adds or changes the listed retention policies of a tenant.';
