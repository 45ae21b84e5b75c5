-- The contracts of golden records as of now, all of them for NULL, and what the active fit of cdp_subscription_fits says of those that are active and
-- whose start is known: how likely they are renewed the next time and all of the next periods of the fit, how many of these are expected to be
-- paid for, and what that is worth at the last price that was told. No rows where events are masked; no id and no price where a masked attribute
-- is read from them. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.contracts(
    p_tenant             text,
    p_master_profile_ids uuid[] DEFAULT NULL
)
    RETURNS TABLE (
        master_profile_id    uuid,
        contract             integer,
        subscription_id      text,
        status               text,
        started_on           date,
        renewals             integer,
        ends_on              date,
        price                numeric,
        currency             text,
        probability_next     double precision,
        probability_retained double precision,
        expected_periods     double precision,
        value                numeric,
        periods              integer,
        fit_id               bigint,
        is_validated         boolean
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_settings     c360.subscription_settings;
    v_fit          record;
    v_model        c360.retention_fit;
    v_masked_paths text[];
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    IF EXISTS (SELECT FROM c360._masked_attributes(p_tenant) AS hidden WHERE hidden.attribute = 'event_summary') THEN
        RETURN;
    END IF;

    v_settings := c360._subscription_settings(p_tenant);
    v_masked_paths := ARRAY(
        SELECT told.path
        FROM c360._masked_attributes(p_tenant) AS hidden
        CROSS JOIN LATERAL unnest(hidden.trait_paths || hidden.attribute) AS told (path)
    );

    SELECT active.*
    INTO v_fit
    FROM (SELECT) AS one
    LEFT JOIN cdp_subscription_fits AS active ON active.is_active
        AND active.period = v_settings.period;
    v_model.alpha := v_fit.alpha;
    v_model.beta := v_fit.beta;

    RETURN QUERY
    SELECT
        known.master_profile_id,
        known.contract,
        CASE WHEN known.subscription_id <> '' AND v_settings.id <> ALL (v_masked_paths) THEN known.subscription_id END,
        known.status,
        known.started_on,
        known.renewals,
        known.ends_on,
        shown.price,
        CASE WHEN shown.price IS NOT NULL THEN sent.currency END,
        said.probability_next,
        said.probability_retained,
        said.expected_periods,
        round(shown.price * said.discounted_periods::numeric, 2),
        v_fit.periods,
        v_fit.fit_id,
        v_fit.validation IS NOT NULL
    FROM c360._contracts(p_tenant, p_master_profile_ids, now()) AS known
    JOIN c360.tenants AS tenant ON tenant.tenant = p_tenant
    CROSS JOIN LATERAL c360._read_amount(
        known.price,
        c360._stated_currency(known.currency, tenant.default_currency),
        tenant.default_currency
    ) AS sent
    CROSS JOIN LATERAL (
        SELECT CASE WHEN sent.amount >= 0 AND sent.currency <> 'XXX' AND v_settings.price <> ALL (v_masked_paths) THEN sent.amount END AS price
    ) AS shown
    LEFT JOIN LATERAL (
        SELECT
            c360.probability_retained(v_model, known.renewals, 1) AS probability_next,
            c360.probability_retained(v_model, known.renewals, v_fit.periods) AS probability_retained,
            c360.expected_periods(v_model, known.renewals, v_fit.periods) AS expected_periods,
            c360.expected_periods(v_model, known.renewals, v_fit.periods, v_fit.discount) AS discounted_periods
    ) AS said ON v_fit.fit_id IS NOT NULL
        AND known.status = 'active'
        AND known.knows_start;
END;
$$;

COMMENT ON FUNCTION c360.contracts(text, uuid[]) IS
    'The contracts of golden records, and how long they are expected to last.';
