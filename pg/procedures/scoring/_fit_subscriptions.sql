-- Fits the model of how long contracts are renewed to those of a tenant as of a point in time. Too few are no error: status not_enough, and
-- missing says what there is and what is needed. Trusts the search_path and its arguments. Raises nothing.

CREATE OR REPLACE FUNCTION c360._fit_subscriptions(
    p_tenant text,
    p_as_of  timestamptz,
    p_prior  double precision
)
    RETURNS c360.subscription_fit
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    c_contracts CONSTANT integer := 50;
    c_lost      CONSTANT integer := 10;
    c_renewed   CONSTANT integer := 10;
    v_given     record;
    v_fit       c360.subscription_fit;
BEGIN
    WITH contract AS MATERIALIZED (
        SELECT
            known.knows_start,
            known.status <> 'active' AS is_lost,
            known.renewals + CASE WHEN known.status <> 'active' THEN 1 ELSE 0 END AS periods,
            known.renewals
        FROM c360._contracts(p_tenant, NULL, p_as_of) AS known
    ),
    alike AS (
        SELECT
            contract.periods,
            contract.is_lost,
            count(*)::double precision AS n
        FROM contract
        WHERE contract.knows_start
        GROUP BY
            contract.periods,
            contract.is_lost
    )
    SELECT
        count(*) FILTER (WHERE contract.knows_start AND contract.periods > 0) AS decided,
        count(*) FILTER (WHERE contract.knows_start AND contract.periods = 0) AS undecided,
        count(*) FILTER (WHERE contract.knows_start AND contract.is_lost) AS lost,
        count(*) FILTER (WHERE contract.knows_start AND contract.renewals > 0) AS renewed,
        count(*) FILTER (WHERE NOT contract.knows_start) AS unknown_start,
        (SELECT array_agg(alike.periods) FROM alike) AS periods,
        (SELECT array_agg(alike.is_lost) FROM alike) AS is_lost,
        (SELECT array_agg(alike.n) FROM alike) AS n
    INTO v_given
    FROM contract;

    v_fit.contracts := v_given.decided;
    v_fit.lost := v_given.lost;
    v_fit.unknown_start := v_given.unknown_start;
    SELECT coalesce(jsonb_agg(jsonb_build_object('what', needed.what, 'have', needed.have, 'needed', needed.least) ORDER BY needed.place), '[]')
    INTO v_fit.missing
    FROM (
        VALUES
            (1, 'contracts that were renewed or ended', v_given.decided, c_contracts),
            (2, 'contracts that ended', v_given.lost, c_lost),
            (3, 'contracts that were renewed', v_given.renewed, c_renewed)
    ) AS needed (place, what, have, least)
    WHERE needed.have < needed.least;

    IF v_fit.missing = '[]' THEN
        v_fit.model := c360.fit_retention(v_given.periods, v_given.is_lost, v_given.n, p_prior);
    ELSE
        v_fit.model.status := 'not_enough';
        v_fit.model.excluded := v_given.undecided;
    END IF;
    RETURN v_fit;
END;
$$;

COMMENT ON FUNCTION c360._fit_subscriptions(text, timestamptz, double precision) IS
    'Fits a model of how long contracts are renewed to those of a tenant.';
