-- Trains a model of the scored match rule of a tenant (Fellegi and Sunter 1969) on all its observations, those that wait for
-- the resolver included, and keeps it; with p_activate it scores from then on. Never done implicitly. The same observations
-- and seed give the same model. Resolvers of the tenant wait meanwhile. Pairs scored by an older model stay until
-- c360.rebuild_identities() scores them anew.
-- Raises: U2210 match_rule_not_scored, U2211 records_too_few, U2212 match_pass_missing, U2213 match_setting_invalid,
-- U4404 tenant_not_found, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360.train_match_model(
    p_tenant    text,
    p_rule      text DEFAULT NULL,
    p_seed      bigint DEFAULT 1,
    p_max_pairs integer DEFAULT 40000,
    p_activate  boolean DEFAULT true
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    v_recipe  jsonb;
    v_form    text;
    v_model   bigint;
    v_records bigint;
    v_stale   bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    v_recipe := match_recipe();

    IF v_recipe IS NULL OR v_recipe ->> 'rule' <> coalesce(p_rule, v_recipe ->> 'rule') THEN
        RAISE EXCEPTION 'tenant "%" has no active scored rule%', p_tenant, coalesce(' "' || p_rule || '"', '')
            USING ERRCODE = 'U2210',
                  HINT = 'Add one: tenant_' || p_tenant || '.set_match_rule(''person'', ''scored''), then c360 tenant sync. Of several scored rules the most trusted is trained.';
    END IF;
    IF p_max_pairs IS NULL OR p_max_pairs NOT BETWEEN 1000 AND 1000000 THEN
        RAISE EXCEPTION 'a model cannot be trained on % pairs a pass', coalesce(p_max_pairs::text, 'NULL')
            USING ERRCODE = 'U2213',
                  HINT = 'Take between 1000 and 1000000; 40000 is the default.';
    END IF;

    PERFORM c360._wait_for_resolver(p_tenant);
    RAISE NOTICE 'reading observations';
    v_form := c360._standard_form(p_tenant);
    -- What an earlier training read and no resolver has taken yet.
    IF NOT c360._is_standard_form_current(p_tenant) THEN
        PERFORM standardise_profiles(ARRAY(
            SELECT said.raw_profile_id
            FROM cdp_standard_profiles AS said
            WHERE NOT EXISTS (SELECT FROM cdp_profile_links AS link WHERE link.raw_profile_id = said.raw_profile_id)
        ));
    END IF;
    PERFORM c360._refill_match_fields(NULL);

    SELECT count(*) INTO v_records FROM cdp_match_fields;
    IF v_records < 50 THEN
        RAISE EXCEPTION 'tenant "%" has % observations', p_tenant, v_records
            USING ERRCODE = 'U2211',
                  HINT = 'A model needs at least 50; with so few, exact and composite rules do better.';
    END IF;

    v_model := c360._new_match_model(v_recipe, v_records, jsonb_build_object(
        'seed', p_seed, 'max_pairs', p_max_pairs, 'standard_form', v_form
    ));

    IF p_activate THEN
        PERFORM c360._activate_match_model(v_model);
    END IF;
    SELECT count(*) INTO v_stale FROM cdp_match_pairs AS pair WHERE pair.rule = v_recipe ->> 'rule';

    RETURN (
        SELECT jsonb_build_object(
            'match_model_id', model.match_model_id,
            'rule', model.rule,
            'is_active', model.is_active,
            'records', model.record_count,
            'pairs', model.pair_count,
            'lambda', model.lambda,
            'passes', model.convergence,
            'stale_pairs', CASE WHEN model.is_active THEN v_stale ELSE 0 END
        )
        FROM cdp_match_models AS model
        WHERE model.match_model_id = v_model
    );
END;
$$;

COMMENT ON FUNCTION c360.train_match_model(text, text, bigint, integer, boolean) IS
    'Trains a model of the scored match rule on the observations of a tenant; answers what it saw.';
