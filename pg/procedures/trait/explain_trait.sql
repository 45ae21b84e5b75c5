-- A computed trait of a golden record: the value that is kept, what the expression answers now, and the values it looks at. is_kept says
-- whether the two are the same; failure is the SQLSTATE where the expression fails for this golden record. Reads only.
-- Raises: U2404 profile_not_found, U3311 trait_not_found, U3314 trait_hidden, U3315 trait_not_compiled, U4404 tenant_not_found,
-- U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360.explain_trait(
    p_tenant            text,
    p_trait             text,
    p_master_profile_id uuid,
    p_as_of             timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET TimeZone = 'UTC'
AS $$
#variable_conflict use_variable
DECLARE
    v_schema  text := 'tenant_' || p_tenant;
    v_as_of   timestamptz := c360._checked_time('p_as_of', p_as_of);
    v_looked  jsonb;
    v_kept    jsonb;
    v_now     jsonb;
    v_failure text;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._check_trait(p_tenant, p_trait);

    IF to_regprocedure(format('%I.%I(uuid, timestamptz)', v_schema, '_looked_' || p_trait)) IS NULL THEN
        RAISE EXCEPTION 'trait "%" is not compiled', p_trait
            USING ERRCODE = 'U3315',
                  HINT = 'c360 trait list says what is wrong with it.';
    END IF;

    EXECUTE format('SELECT %I.%I($1, $2)', v_schema, '_looked_' || p_trait)
    INTO v_looked
    USING p_master_profile_id, v_as_of;

    IF v_looked IS NULL THEN
        RAISE EXCEPTION 'there is no golden record %', p_master_profile_id
            USING ERRCODE = 'U2404',
                  HINT = 'It may have been absorbed by another one: c360 profile show says which.';
    END IF;

    BEGIN
        EXECUTE format('SELECT to_jsonb(found.value) FROM %I.%I(ARRAY[$1], $2) AS found', v_schema, '_trait_' || p_trait)
        INTO v_now
        USING p_master_profile_id, v_as_of;
    EXCEPTION
        WHEN data_exception THEN
            v_failure := SQLSTATE;
    END;

    SELECT known.traits -> p_trait
    INTO v_kept
    FROM cdp_trait_values AS known
    WHERE known.master_profile_id = p_master_profile_id;

    RETURN jsonb_build_object(
        'profile_id', p_master_profile_id,
        'trait', p_trait,
        'kept', v_kept,
        'now', v_now,
        'failure', v_failure,
        'is_kept', v_kept IS NOT DISTINCT FROM v_now,
        'values', v_looked
    );
END;
$$;

COMMENT ON FUNCTION c360.explain_trait(text, text, uuid, timestamptz) IS
    'A computed trait of a golden record: kept, as it is now, and what it looks at.';
