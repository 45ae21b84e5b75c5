-- Who would be in a segment, without keeping anything: makes the functions of a condition under a name that no segment has, asks them and
-- drops them. Answers {"profiles", "members", "cost", "sample": [{"profile_id", "values"}]}. For the control plane, which checked the
-- condition; in a transaction it takes back.
-- Raises: U3302 segment_condition_invalid

CREATE OR REPLACE FUNCTION c360._preview_segment(
    p_tenant  text,
    p_members text,
    p_parts   text,
    p_sample  integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_name    text := '-preview';
    v_cost    double precision;
    v_ids     uuid[];
    v_members uuid[];
    v_sample  jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    IF NOT c360._make_segments_role(p_tenant) THEN
        RAISE EXCEPTION 'the installation may not create roles'
            USING ERRCODE = 'U3302',
                  DETAIL = 'Conditions run with the rights of a role of their own.',
                  HINT = 'As an administrator: ALTER ROLE c360_owner CREATEROLE;';
    END IF;

    PERFORM c360._grant_segments(p_tenant);
    v_cost := c360._make_segment_functions(p_tenant, v_name, p_members, p_parts);

    v_ids := ARRAY(SELECT master.master_profile_id FROM cdp_master_profiles AS master WHERE master.status = 'active');
    EXECUTE format('SELECT array_agg(found.id ORDER BY found.id) FROM %I.%I($1) AS found (id)', 'tenant_' || p_tenant, '_segment_' || v_name)
    INTO v_members
    USING v_ids;

    EXECUTE format(
        'SELECT jsonb_agg(jsonb_build_object(''profile_id'', member.id, ''values'', seen.values) ORDER BY member.id)
        FROM unnest($1) AS member (id)
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(shown.key, shown.value) AS values
            FROM %I.%I(member.id) AS part
            CROSS JOIN LATERAL jsonb_each(part.values) AS shown
        ) AS seen',
        'tenant_' || p_tenant, '_why_' || v_name
    )
    INTO v_sample
    USING v_members[:p_sample];

    PERFORM c360._drop_segment_functions(p_tenant, v_name);

    RETURN jsonb_build_object(
        'profiles', cardinality(v_ids),
        'members', coalesce(cardinality(v_members), 0),
        'cost', round(v_cost),
        'sample', coalesce(v_sample, '[]')
    );
END;
$$;

COMMENT ON FUNCTION c360._preview_segment(text, text, text, integer) IS
    'Who would be in a segment, without keeping anything.';
