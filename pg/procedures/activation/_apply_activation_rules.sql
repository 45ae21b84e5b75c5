-- Adds the listed rules of a tenant, or changes them to what is listed, [{rule, title, description, status, definition}], each given whole. Safe
-- to repeat; unchanged rows stay untouched. NULL lists nothing. A rule that is new, resumed, or waits for something else begins now.
-- Raises: U2511 consent_purpose_not_found, U2520 activation_rule_invalid; U4419 metadata_limit

CREATE OR REPLACE FUNCTION c360._apply_activation_rules(p_tenant text, p_rows jsonb)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_problem text;
    v_rule    text;
    v_purpose text;
BEGIN
    SELECT
        given.rule,
        judged.problem
    INTO
        v_rule,
        v_problem
    FROM jsonb_to_recordset(p_rows) AS given (rule text, definition jsonb)
    CROSS JOIN LATERAL (
        SELECT coalesce(
            CASE jsonb_typeof(given.definition)
                WHEN 'object' THEN c360._activation_problem(p_tenant, given.definition)
                ELSE 'its definition is no object'
            END,
            (
                SELECT 'its purpose is not for this channel'
                FROM c360.consent_purposes AS stated
                WHERE stated.tenant = p_tenant
                  AND stated.purpose = given.definition ->> 'purpose'
                  AND stated.channels <> '{}'
                  AND given.definition ->> 'channel' <> ALL (stated.channels)
            )
        ) AS problem
    ) AS judged
    WHERE judged.problem IS NOT NULL
    ORDER BY given.rule
    LIMIT 1;

    IF v_problem IS NOT NULL THEN
        RAISE EXCEPTION 'rule "%" cannot be right: %', v_rule, v_problem
            USING ERRCODE = 'U2520',
                  HINT = 'How to activate, in the documentation, has what a rule may say.';
    END IF;

    FOR v_purpose IN
        SELECT DISTINCT given.definition ->> 'purpose'
        FROM jsonb_to_recordset(p_rows) AS given (definition jsonb)
    LOOP
        PERFORM c360._check_purpose_declared(p_tenant, v_purpose);
    END LOOP;

    INSERT INTO c360.activation_rules AS known (tenant, rule, title, description, status, definition)
    SELECT
        p_tenant,
        given.rule,
        coalesce(given.title, ''),
        coalesce(given.description, ''),
        coalesce(given.status, 'active'),
        given.definition
    FROM jsonb_to_recordset(p_rows) AS given (rule text, title text, description text, status text, definition jsonb)
    ORDER BY given.rule
    ON CONFLICT (tenant, rule) DO UPDATE
    SET title = excluded.title,
        description = excluded.description,
        status = excluded.status,
        definition = excluded.definition,
        active_since = CASE
            WHEN excluded.status = known.status AND excluded.definition -> 'when' = known.definition -> 'when' THEN known.active_since
            ELSE now()
        END
    WHERE (known.title, known.description, known.status, known.definition)
        IS DISTINCT FROM (excluded.title, excluded.description, excluded.status, excluded.definition);
EXCEPTION
    WHEN check_violation OR not_null_violation THEN
        RAISE EXCEPTION 'a rule of activation cannot be right'
            USING ERRCODE = 'U2520',
                  DETAIL = SQLERRM,
                  HINT = 'A rule has a name of a-z, 0-9 and _, a status active or paused, and a definition.';
END;
$$;

COMMENT ON FUNCTION c360._apply_activation_rules(text, jsonb) IS
    'Adds or changes the listed rules of activation of a tenant.';
