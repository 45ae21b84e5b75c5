-- Sets what a unit of other currencies is worth in the default currency of the tenant, from a day on until the next rate:
-- [{"currency": "USD", "day": "2026-06-01", "rate": 25400}]; a rate of null takes the one of that day away. All are set or none. The
-- golden records whose orders count at them are computed anew by the resolver. Safe to repeat. A dry run answers the same and changes
-- nothing. Answers {set, removed, unchanged, orders, dry_run}: orders is how many count at another rate now.
-- Raises: U3151 currency_rate_invalid, U4404 tenant_not_found, U4423 tenant_suspended (U2399 dry_run_ends stays inside)

CREATE OR REPLACE FUNCTION c360.set_currency_rates(
    p_tenant  text,
    p_rates   jsonb,
    p_dry_run boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_in     text;
    v_answer jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    SELECT tenant.default_currency
    INTO v_in
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    -- A subtransaction, so that a dry run leaves nothing.
    BEGIN
        v_answer := c360._write_currency_rates(
            p_tenant,
            v_in,
            ARRAY(
                SELECT ROW(said.currency, said.day, said.rate)::c360.currency_rate
                FROM c360._read_currency_rates(p_rates, v_in) AS said
            )
        );
        IF p_dry_run THEN
            RAISE EXCEPTION 'a dry run ends here'
                USING ERRCODE = 'U2399';
        END IF;
    EXCEPTION
        WHEN SQLSTATE 'U2399' THEN
            NULL;
    END;

    RETURN v_answer || jsonb_build_object('dry_run', coalesce(p_dry_run, false));
END;
$$;

COMMENT ON FUNCTION c360.set_currency_rates(text, jsonb, boolean) IS
    'Sets exchange rates into the currency of the tenant, day by day; answers how many orders count at another rate.';
