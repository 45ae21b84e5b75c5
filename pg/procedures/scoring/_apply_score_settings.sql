-- Sets what a tenant wants of a score, whole. An empty document takes the row away, NULL changes nothing. Safe to repeat; an unchanged row
-- stays untouched. Answers whether anything changed.
-- Raises: U3411 score_settings_invalid

CREATE OR REPLACE FUNCTION c360._apply_score_settings(
    p_tenant text,
    p_score  text,
    p_wanted jsonb
)
    RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_wanted  jsonb := jsonb_strip_nulls(p_wanted);
    v_unknown text;
    v_is_new  boolean;
BEGIN
    IF v_wanted IS NULL OR v_wanted = 'null' THEN
        RETURN false;
    ELSIF v_wanted = '{}' THEN
        DELETE FROM c360.score_settings AS own
        WHERE own.tenant = p_tenant
          AND own.score = p_score;
        RETURN FOUND;
    END IF;

    PERFORM c360._check_score_settings(p_score, v_wanted);

    SELECT string_agg(rule.value ->> 'attribute', ', ' ORDER BY rule.value ->> 'attribute')
    INTO v_unknown
    FROM jsonb_each(CASE p_score WHEN 'lead' THEN v_wanted WHEN 'lead_model' THEN v_wanted -> 'features' END) AS rule
    WHERE rule.value ? 'attribute'
      AND NOT EXISTS (
          SELECT
          FROM c360.profile_attributes AS described
          WHERE described.tenant = p_tenant
            AND described.attribute = rule.value ->> 'attribute'
      );

    IF v_unknown IS NOT NULL THEN
        RAISE EXCEPTION 'these cannot be the settings of the score "%"', p_score
            USING ERRCODE = 'U3411',
                  DETAIL = format('no attributes of the tenant: %s', v_unknown),
                  HINT = 'Name attributes as c360.profile_attributes has them.';
    END IF;

    INSERT INTO c360.score_settings AS own (tenant, score, settings)
    VALUES (p_tenant, p_score, v_wanted)
    ON CONFLICT (tenant, score) DO UPDATE
    SET settings = excluded.settings
    WHERE own.settings <> excluded.settings;
    v_is_new := FOUND;

    IF v_is_new AND p_score = 'lead' THEN
        PERFORM c360._note_lead_rules(p_tenant, v_wanted);
    END IF;

    RETURN v_is_new;
END;
$$;

COMMENT ON FUNCTION c360._apply_score_settings(text, text, jsonb) IS
    'Sets what a tenant wants of a score.';
