-- Waits until nobody refreshes the scores of the tenant, and keeps others from it until the transaction ends: refreshes take
-- turns with each other and with whoever erases a person. Raises nothing.

CREATE OR REPLACE FUNCTION c360._wait_for_scores(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._hold_lock(p_tenant, 'scores');
END;
$$;

COMMENT ON FUNCTION c360._wait_for_scores(text) IS
    'Lets refreshes of scores and erasures take turns.';
