-- Forgets a person, in one transaction: the golden record and every id merged into it, observations, events, history,
-- decisions, scores, what was refused, what is still to be sent, and what quotes them elsewhere; docs/how-to/erase-a-person.md
-- lists it. p_identifier_type 'profile_id' takes the id of a golden record and follows its redirect, any other type an
-- identifier. p_mode 'anonymise' keeps the events: time, name, amounts. p_reason is kept with the record of the erasure and
-- must not name the person. Whoever received the person is told profile.erased, ids only; their strong identifiers are
-- refused from now on unless the tenant keeps nobody out (keeps_erased_out); others whose identity hung on them are resolved
-- anew. p_dry_run answers the rows of each table and changes nothing. Irreversible; a second call finds nobody. Waits for the
-- resolver, imports and a refresh of scores, sessions, profiles or segments.
-- Raises: U2404 profile_not_found, U2405 identifier_type_unknown, U2500 erasure_mode_unknown, U2501 erasure_reason_invalid,
-- U2502 person_unclear, U2503 erasure_busy, U2504 erasure_not_ready, U2505 erasure_isolation, U4404 tenant_not_found,
-- U4423 tenant_suspended (U2399 dry_run_ends stays inside)

CREATE OR REPLACE FUNCTION c360.erase_profile(
    p_tenant          text,
    p_identifier_type text,
    p_value           text,
    p_reason          text,
    p_mode            text DEFAULT 'erase',
    p_dry_run         boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_dry_run boolean := coalesce(p_dry_run, false);
    v_answer  jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    IF p_mode IS NULL OR p_mode NOT IN ('erase', 'anonymise') THEN
        RAISE EXCEPTION 'a person cannot be erased by mode "%"', coalesce(p_mode, 'NULL')
            USING ERRCODE = 'U2500',
                  HINT = 'Take erase or anonymise.';
    END IF;
    IF btrim(coalesce(p_reason, '')) = '' THEN
        RAISE EXCEPTION 'an erasure needs a reason'
            USING ERRCODE = 'U2501',
                  HINT = 'It is what remains: give the number of the request.';
    END IF;

    IF to_regclass('cdp_erasures') IS NULL THEN
        RAISE EXCEPTION 'tenant "%" has no tables for erasures yet', p_tenant
            USING ERRCODE = 'U2504',
                  HINT = format('Bring it up to date: c360 tenant sync %s', p_tenant);
    END IF;

    -- With a snapshot from before the locks it would not see what others committed until then.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a person cannot be erased at isolation level %', current_setting('transaction_isolation')
            USING ERRCODE = 'U2505',
                  HINT = 'Repeat it in a transaction at READ COMMITTED.';
    END IF;

    PERFORM c360._wait_for_resolver(p_tenant);
    PERFORM c360._wait_for_imports(p_tenant);
    PERFORM c360._wait_for_scores(p_tenant);
    PERFORM c360._hold_lock(p_tenant, 'sessions');
    PERFORM c360._hold_lock(p_tenant, 'profiles');
    PERFORM c360._hold_lock(p_tenant, 'segments');
    PERFORM c360._hold_lock(p_tenant, 'activations');

    -- A subtransaction, so that a dry run leaves nothing.
    BEGIN
        v_answer := c360._erase_person(
            p_tenant, c360._find_person(p_tenant, p_identifier_type, p_value), p_reason, p_mode
        );
        IF v_dry_run THEN
            RAISE EXCEPTION 'a dry run ends here'
                USING ERRCODE = 'U2399';
        END IF;
    EXCEPTION
        WHEN SQLSTATE 'U2399' THEN
            v_answer := v_answer || '{"erasure_id": null}';
    END;

    RETURN v_answer || jsonb_build_object('dry_run', v_dry_run, 'mode', p_mode);
END;
$$;

COMMENT ON FUNCTION c360.erase_profile(text, text, text, text, text, boolean) IS
    'Forgets a person everywhere; answers how many rows of which table went.';
