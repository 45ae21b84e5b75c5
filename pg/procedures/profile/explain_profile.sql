-- Why these observations are one golden record: each with what was sent, the identifiers as compared, the rule and
-- evidence that joined it, and the path of ties of all kinds that leads from it to the founding observation; then the
-- merges that made the record. A merged id is explained by its survivor. Masked identifiers are shown masked.
-- Raises: U2404 profile_not_found, U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.explain_profile(
    p_tenant     text,
    p_profile_id uuid
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id uuid;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    SELECT found.master_profile_id
    INTO v_id
    FROM c360._find_profile(p_tenant, 'profile_id', p_profile_id::text) AS found;

    RETURN jsonb_build_object(
        'profile_id', v_id,
        'requested_id', p_profile_id,
        'redirected', v_id <> p_profile_id,
        'observations', c360._explained_observations(p_tenant, v_id),
        'merges', (
            SELECT coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'absorbed_id', merge.absorbed_id,
                        'merged_at', merge.merged_at,
                        'rule', merge.rule,
                        'evidence', c360._masked_evidence(p_tenant, merge.evidence)
                    )
                    ORDER BY merge.merge_id
                ),
                '[]'
            )
            FROM cdp_profile_merges AS merge
            WHERE merge.survivor_id = v_id
        )
    );
END;
$$;

COMMENT ON FUNCTION c360.explain_profile(text, uuid) IS
    'Each observation of a golden record with the rule, evidence and path that joined it, and the merges.';
