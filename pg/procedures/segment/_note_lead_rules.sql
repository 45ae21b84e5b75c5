-- Notes what new rules of leads tell, of each segment and computed trait that looks at the score of leads: it may find somebody by them before
-- the next sync compiles it anew. A rule about what is masked gives nobody points and tells nothing. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._note_lead_rules(p_tenant text, p_rules jsonb)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_state text;
    v_told  text[] := ARRAY(
        SELECT DISTINCT told.name
        FROM jsonb_each(p_rules) AS rule
        -- As _lead_parts() hides them.
        CROSS JOIN LATERAL coalesce(rule.value ->> 'attribute', rule.value ->> 'metric', 'event_summary') AS told (name)
        WHERE NOT c360._tells_hidden(p_tenant, ARRAY[told.name])
    );
BEGIN
    FOREACH v_state IN ARRAY '{cdp_segment_states,cdp_trait_states}'::text[] LOOP
        -- A tenant that is not made yet, or has not been synced since an upgrade.
        CONTINUE WHEN to_regclass(format('%I.%I', 'tenant_' || p_tenant, v_state)) IS NULL;

        EXECUTE format(
            'UPDATE %I.%I AS state
            SET columns = ARRAY(SELECT unnest(state.columns) UNION SELECT unnest($1) ORDER BY 1)
            WHERE ''lead'' = ANY (state.columns)
              AND NOT state.columns @> $1',
            'tenant_' || p_tenant, v_state
        )
        USING v_told;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._note_lead_rules(text, jsonb) IS
    'Notes of segments and traits on the score of leads what its new rules tell.';
