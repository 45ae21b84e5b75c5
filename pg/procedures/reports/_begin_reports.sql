-- Reports begin: refresh_profiles() works out all golden records anew, and they come into the reports with that. Where the tenant has
-- another currency now, only money begins at nothing; refresh_profiles() begins anew by itself then. What erased persons spent cannot be
-- worked out in another currency, and is gone with that. Trusts the search_path and the lock of profiles. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._begin_reports(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_currency text;
    v_known    text;
BEGIN
    SELECT
        tenant.default_currency,
        (SELECT state.currency FROM cdp_report_states AS state)
    INTO
        v_currency,
        v_known
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    IF v_currency = v_known THEN
        RETURN;
    END IF;

    INSERT INTO cdp_report_states (currency)
    VALUES (v_currency)
    ON CONFLICT (is_only) DO UPDATE
    SET currency = excluded.currency;

    IF v_known IS NULL THEN
        UPDATE cdp_touch_states
        SET is_filled = false;
        RETURN;
    END IF;

    UPDATE cdp_report_parts
    SET revenue = 0,
        refunded_value = 0;

    UPDATE cdp_report_days
    SET revenue = 0,
        refunded_value = 0;
END;
$$;

COMMENT ON FUNCTION c360._begin_reports(text) IS
    'Begins the reports of a tenant, and their money anew when it has another currency.';
