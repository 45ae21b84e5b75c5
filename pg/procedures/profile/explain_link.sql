-- Why two observations or golden records are one person, or why they are not. p_first and p_second are each the number of an
-- observation, the id of a golden record, or type=value ('email=an@shop.vn').
-- Linked: "path" leads from one to the other, each step with its rule, both values as sent and as compared, and the weight of
-- each comparison. Not linked: "obstacles" says for each rule what failed or stood in the way, nearest first. "overrides" are
-- the decisions of people about the two. Masked values are shown masked.
-- Raises: U2301 observation_unknown, U2404 profile_not_found, U2405 identifier_type_unknown,
-- U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.explain_link(
    p_tenant text,
    p_first  text,
    p_second text
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_first          bigint;
    v_second         bigint;
    v_first_profile  uuid;
    v_second_profile uuid;
    v_one            bigint[];
    v_two            bigint[];
    v_linked         boolean;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    SELECT
        side.raw_profile_id,
        side.master_profile_id
    INTO
        v_first,
        v_first_profile
    FROM c360._find_side(p_tenant, p_first) AS side;

    SELECT
        side.raw_profile_id,
        side.master_profile_id
    INTO
        v_second,
        v_second_profile
    FROM c360._find_side(p_tenant, p_second) AS side;

    v_one := c360._fellow_observations(ARRAY[v_first]);
    v_two := c360._fellow_observations(ARRAY[v_second]);
    v_linked := v_first = v_second OR coalesce(v_first_profile = v_second_profile, false);

    RETURN jsonb_build_object(
        'linked', v_linked,
        'first', c360._observation(p_tenant, v_first),
        'second', c360._observation(p_tenant, v_second),
        'path', CASE WHEN v_linked THEN c360._tie_path(p_tenant, v_one, v_first, v_second) END,
        'obstacles', CASE WHEN v_linked THEN '[]' ELSE c360._link_obstacles(p_tenant, v_one, v_two, v_first, v_second) END,
        'overrides', c360._overrides_between(p_tenant, v_one, v_two)
    );
END;
$$;

COMMENT ON FUNCTION c360.explain_link(text, text, text) IS
    'Why two observations or golden records are one person, or what stands between them.';
