-- The golden record as it was at a moment. An id that was merged by then answers with the survivor of that moment, as
-- c360.profile does with the survivor of today. Masked values are shown masked.
-- Raises: U2404 profile_not_found (also when it did not exist yet), U2410 history_not_kept (it existed, but its version of
-- that moment was removed by retention), U4404 tenant_not_found, U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360.profile_as_of(
    p_tenant     text,
    p_profile_id uuid,
    p_at         timestamptz
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id      uuid := p_profile_id;
    v_visited uuid[] := '{}';
    v_version integer;
    v_change  text;
    v_reason  jsonb;
    v_profile jsonb;
    v_from    timestamptz;
    v_at      timestamptz := c360._checked_time('p_at', p_at);
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    LOOP
        SELECT
            history.version,
            history.change,
            history.reason,
            history.profile,
            history.valid_from
        INTO
            v_version,
            v_change,
            v_reason,
            v_profile,
            v_from
        FROM cdp_profile_history AS history
        WHERE history.master_profile_id = v_id
          AND history.valid_from <= v_at
        ORDER BY history.version DESC
        LIMIT 1;

        IF v_version IS NULL THEN
            PERFORM c360._check_history_kept(v_id, p_at);
        END IF;

        IF v_version IS NULL OR v_id = ANY (v_visited) THEN
            RAISE EXCEPTION 'profile "%" did not exist at %', p_profile_id, p_at
                USING ERRCODE = 'U2404';
        END IF;
        EXIT WHEN v_change <> 'absorbed';

        v_visited := v_visited || v_id;
        v_id := (v_reason ->> 'survivor_id')::uuid;
    END LOOP;

    RETURN c360._masked_document(p_tenant, v_profile) || jsonb_build_object(
        'profile_id', v_id,
        'requested_id', p_profile_id,
        'redirected', v_id <> p_profile_id,
        'version', v_version,
        'valid_from', v_from
    );
END;
$$;

COMMENT ON FUNCTION c360.profile_as_of(text, uuid, timestamptz) IS
    'The golden record as it was at a moment, redirects of that moment followed.';
