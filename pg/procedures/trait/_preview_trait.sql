-- What a computed trait would be, without keeping anything: makes the functions of an expression under a name that no trait has, asks them
-- of everybody and drops them. Answers {"profiles", "values", "data_type", "cost", "sample": [{"profile_id", "value", "values"}]}; the sample are
-- the first golden records that have a value. For the control plane, which checked the expression; in a transaction it takes back.
-- Raises: U3302 segment_condition_invalid, U3312 trait_invalid

CREATE OR REPLACE FUNCTION c360._preview_trait(
    p_tenant text,
    p_values text,
    p_looked text,
    p_sample integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_name   text := '-preview';
    v_made   record;
    v_ids    uuid[];
    v_found  jsonb;
    v_sample jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    IF NOT c360._make_segments_role(p_tenant) THEN
        RAISE EXCEPTION 'the installation may not create roles'
            USING ERRCODE = 'U3312',
                  DETAIL = 'Expressions run with the rights of a role of their own.',
                  HINT = 'As an administrator: ALTER ROLE c360_owner CREATEROLE;';
    END IF;

    PERFORM c360._grant_segments(p_tenant);
    v_made := c360._make_trait_functions(p_tenant, v_name, p_values, p_looked);
    v_ids := ARRAY(SELECT master.master_profile_id FROM cdp_master_profiles AS master WHERE master.status = 'active');

    SELECT coalesce(jsonb_object_agg(found.id, found.value) FILTER (WHERE found.value IS NOT NULL), '{}')
    INTO v_found
    FROM c360._trait_values(p_tenant, v_name, v_ids, now()) AS found;

    EXECUTE format(
        'SELECT jsonb_agg(jsonb_build_object(''profile_id'', shown.id, ''value'', shown.value, ''values'', looked.values) ORDER BY shown.id)
        FROM (
            SELECT found.key::uuid AS id, found.value
            FROM jsonb_each($1) AS found
            ORDER BY found.key
            LIMIT $2
        ) AS shown
        CROSS JOIN LATERAL %I.%I(shown.id) AS looked (values)',
        'tenant_' || p_tenant, '_looked_' || v_name
    )
    INTO v_sample
    USING v_found, p_sample;

    PERFORM c360._drop_trait_functions(p_tenant, v_name);

    RETURN jsonb_build_object(
        'profiles', cardinality(v_ids),
        'values', (SELECT count(*) FROM jsonb_object_keys(v_found)),
        'data_type', v_made.data_type,
        'cost', round(v_made.cost),
        'sample', coalesce(v_sample, '[]')
    );
END;
$$;

COMMENT ON FUNCTION c360._preview_trait(text, text, text, integer) IS
    'What a computed trait would be, without keeping anything.';
