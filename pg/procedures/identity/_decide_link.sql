-- Carries out the decision of a person about observations: writes the override, lets older ones that say the opposite give
-- way, partitions the components anew. must_link: all of both sides are one person; cannot_link: side 1 is not the person of
-- side 2. Nothing of it remains after a dry run; the answer is the same.
-- Trusts the search_path. Raises: U2301 observation_unknown (U2399 dry_run_ends stays inside)

CREATE OR REPLACE FUNCTION c360._decide_link(
    p_tenant  text,
    p_kind    text,
    p_side_1  bigint[],
    p_side_2  bigint[],
    p_reason  text,
    p_dry_run boolean
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_all      bigint[] := p_side_1 || p_side_2;
    v_unknown  bigint;
    v_id       bigint;
    v_replaced bigint[];
    v_changes  jsonb;
BEGIN
    SELECT wanted.raw_profile_id
    INTO v_unknown
    FROM unnest(v_all) AS wanted (raw_profile_id)
    WHERE NOT EXISTS (SELECT FROM cdp_raw_profiles AS raw WHERE raw.raw_profile_id = wanted.raw_profile_id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'tenant "%" has no observation %', p_tenant, coalesce(v_unknown::text, 'NULL')
            USING ERRCODE = 'U2301',
                  HINT = 'explain_profile() lists the observations of a golden record.';
    END IF;

    -- A subtransaction, so that a dry run leaves nothing.
    BEGIN
        v_replaced := CASE p_kind
            WHEN 'must_link' THEN c360._give_way_to_merge(p_tenant, c360._fellow_observations(v_all))
            ELSE c360._give_way_to_split(p_tenant, p_side_1, p_side_2)
        END;
        v_id := c360._write_override(p_tenant, p_kind, p_side_1, p_side_2, p_reason);
        v_changes := c360._resettle(
            p_tenant,
            v_all,
            jsonb_build_object('link_override_id', v_id, 'kind', p_kind, 'by', c360._actor(), 'reason', coalesce(p_reason, ''))
        );

        IF p_dry_run THEN
            RAISE EXCEPTION 'a dry run ends here'
                USING ERRCODE = 'U2399';
        END IF;
    EXCEPTION
        WHEN SQLSTATE 'U2399' THEN
            v_id := NULL;
    END;

    RETURN jsonb_build_object(
        'dry_run', p_dry_run,
        'kind', p_kind,
        'link_override_id', v_id,
        'replaced', to_jsonb(v_replaced)
    ) || v_changes;
END;
$$;

COMMENT ON FUNCTION c360._decide_link(text, text, bigint[], bigint[], text, boolean) IS
    'Writes a link override and partitions anew; answers what became of the golden records.';
