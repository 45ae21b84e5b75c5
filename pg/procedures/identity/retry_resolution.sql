-- Puts all work that failed back into the resolution queue, for somebody who has removed the cause. Answers how much.
-- Safe to repeat: what is back in the queue is not put there twice.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360.retry_resolution(p_tenant text)
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    RETURN c360._requeue_failures('infinity');
END;
$$;

COMMENT ON FUNCTION c360.retry_resolution(text) IS
    'Puts everything the resolver could not do back into its queue; answers how many rows.';
