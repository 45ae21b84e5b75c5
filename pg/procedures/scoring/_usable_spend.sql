-- The model of spend of a fit, or NULL where nothing can be said with it. Pure.

CREATE OR REPLACE FUNCTION c360._usable_spend(p_fit c360.clv_fit)
    RETURNS c360.spend_fit
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE WHEN p_fit.spend_status IN ('converged', 'boundary') THEN p_fit.spend END;
$$;

COMMENT ON FUNCTION c360._usable_spend(c360.clv_fit) IS
    'The model of spend of a fit, where it can be used.';
