-- What a computed trait is for these golden records: one row for each that is active, with NULL where there is no value. Where the
-- expression fails for somebody, such as a text that is no date, the golden records are halved until those it fails for are found: they have
-- no value, and the kind of it is noted (what went wrong may name a value). Where it fails for a reason that is nobody's, there are no rows.
-- Trusts the search_path and the lock of segments.

CREATE OR REPLACE FUNCTION c360._trait_values(
    p_tenant text,
    p_trait  text,
    p_ids    uuid[],
    p_as_of  timestamptz
)
    RETURNS TABLE (id uuid, value jsonb)
    LANGUAGE plpgsql
    SET TimeZone = 'UTC'
    SET DateStyle = 'ISO'
AS $$
DECLARE
    v_half  integer := cardinality(p_ids) / 2;
    v_found jsonb;
BEGIN
    BEGIN
        EXECUTE format(
            'SELECT jsonb_object_agg(found.id, to_jsonb(found.value)) FROM %I.%I($1, $2) AS found',
            'tenant_' || p_tenant, '_trait_' || p_trait
        )
        INTO v_found
        USING p_ids, p_as_of;

        RETURN QUERY
        SELECT
            found.key::uuid,
            nullif(found.value, 'null')
        FROM jsonb_each(v_found) AS found;

        RETURN;
    EXCEPTION
        WHEN data_exception OR program_limit_exceeded THEN
            UPDATE cdp_trait_states AS state
            SET failure = SQLSTATE
            WHERE state.trait = p_trait
              AND state.failure IS DISTINCT FROM SQLSTATE;

            IF v_half = 0 THEN
                RETURN QUERY SELECT p_ids[1], NULL::jsonb;
            END IF;
        WHEN undefined_function OR insufficient_privilege OR undefined_column OR undefined_table THEN
            UPDATE cdp_trait_states AS state
            SET failure = SQLSTATE
            WHERE state.trait = p_trait;

            RETURN;
    END;

    IF v_half > 0 THEN
        RETURN QUERY SELECT * FROM c360._trait_values(p_tenant, p_trait, p_ids[:v_half], p_as_of);
        RETURN QUERY SELECT * FROM c360._trait_values(p_tenant, p_trait, p_ids[v_half + 1:], p_as_of);
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._trait_values(text, text, uuid[], timestamptz) IS
    'What a computed trait is for these golden records; whom the expression fails for has no value.';
