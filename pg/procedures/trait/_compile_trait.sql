-- Puts a computed trait into force as the control plane compiled it: makes its functions and notes what they look at. Where the expression
-- or the time zone is another one than before, everybody has to be looked at again (status filling). An expression that PostgreSQL finds wrong stops no
-- sync: the trait is broken, and its values stay as they were. Part of a sync: waits for no evaluation, as _compile_segment().
--   p_compiled: {"expression", "values", "looked", "columns", "uses_time", "time_zone", "release"}, or {"expression", "release", "problem"}, or with
--               "is_paused"

CREATE OR REPLACE FUNCTION c360._compile_trait(
    p_tenant   text,
    p_trait    text,
    p_compiled jsonb
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_problem text := p_compiled ->> 'problem';
    v_made    record;
    v_before  record;
    v_status  text;
    v_is_same boolean;
    v_forgets boolean;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    IF v_problem IS NULL THEN
        IF NOT c360._make_segments_role(p_tenant) THEN
            v_problem := 'the installation may not create roles, and expressions run with the rights of one of their own';
        ELSE
            BEGIN
                PERFORM c360._grant_segments(p_tenant);
                SELECT *
                INTO v_made
                FROM c360._make_trait_functions(p_tenant, p_trait, p_compiled ->> 'values', p_compiled ->> 'looked');
            EXCEPTION
                WHEN syntax_error_or_access_rule_violation OR data_exception OR SQLSTATE 'U3302' OR SQLSTATE 'U3312' THEN
                    v_problem := SQLERRM;
            END;
        END IF;
    END IF;

    IF v_problem IS NOT NULL THEN
        PERFORM c360._drop_trait_functions(p_tenant, p_trait);
        SELECT NULL::text AS data_type, NULL::double precision AS cost INTO v_made;
    END IF;

    SELECT
        state.expression,
        state.time_zone,
        state.columns,
        state.status
    INTO v_before
    FROM cdp_trait_states AS state
    WHERE state.trait = p_trait;
    -- A score in it may tell another attribute than before: rules of leads were changed.
    v_is_same := v_before.expression = p_compiled ->> 'expression'
        AND v_before.time_zone = p_compiled ->> 'time_zone'
        AND v_before.columns <@ ARRAY(SELECT jsonb_array_elements_text(p_compiled -> 'columns'));

    v_status := CASE
        WHEN v_problem IS NOT NULL THEN 'broken'
        WHEN (p_compiled ->> 'is_paused')::boolean THEN 'paused'
        WHEN v_is_same AND v_before.status IN ('settled', 'filling') THEN v_before.status
        ELSE 'filling'
    END;

    -- What was worked out from what is masked meanwhile must not be shown as worked out from something else; nor what a session still wrote
    -- that evaluated a trait of this name while it was removed.
    v_forgets := v_before.status IS NULL OR (v_status = 'filling' AND p_trait = ANY (c360._hidden_traits(p_tenant)));
    IF v_forgets THEN
        UPDATE cdp_trait_values AS known
        SET traits = known.traits - p_trait
        WHERE known.traits ? p_trait;
    END IF;

    INSERT INTO cdp_trait_states AS state (
        trait, expression, time_zone, data_type, columns, uses_time, status, problem, tells, cost, compiled_with
    )
    VALUES (
        p_trait,
        p_compiled ->> 'expression',
        p_compiled ->> 'time_zone',
        v_made.data_type,
        ARRAY(SELECT jsonb_array_elements_text(p_compiled -> 'columns')),
        coalesce((p_compiled ->> 'uses_time')::boolean, false),
        v_status,
        v_problem,
        (
            SELECT known.notifies_first
            FROM c360.computed_traits AS known
            WHERE known.tenant = p_tenant
              AND known.trait = p_trait
        ),
        v_made.cost,
        p_compiled ->> 'release'
    )
    ON CONFLICT (trait) DO UPDATE
    SET expression = excluded.expression,
        time_zone = excluded.time_zone,
        data_type = coalesce(excluded.data_type, state.data_type),
        columns = CASE WHEN v_status = 'broken' THEN state.columns ELSE excluded.columns END,
        uses_time = excluded.uses_time,
        status = excluded.status,
        problem = excluded.problem,
        tells = CASE WHEN state.settled_at IS NULL THEN excluded.tells ELSE true END,
        filled_to = CASE WHEN v_is_same AND v_status = v_before.status THEN state.filled_to END,
        failure = CASE WHEN v_status = v_before.status THEN state.failure END,
        cost = excluded.cost,
        compiled_with = excluded.compiled_with,
        compiled_at = clock_timestamp(),
        begun_at = CASE WHEN v_forgets THEN now() ELSE state.begun_at END;
END;
$$;

COMMENT ON FUNCTION c360._compile_trait(text, text, jsonb) IS
    'Makes the functions of a computed trait and notes whether everybody has to be looked at again.';
