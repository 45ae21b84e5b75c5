-- The requests a sync that begins now will have answered: asked for before the metadata are read, and given to _settle_sync() at the end,
-- so that a change committed in between is not taken for done. Reads only.

CREATE OR REPLACE FUNCTION c360._open_sync_requests(p_tenant text)
    RETURNS bigint[]
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(request.sync_request_id), '{}')
    FROM c360.sync_requests AS request
    WHERE request.tenant = p_tenant;
$$;

COMMENT ON FUNCTION c360._open_sync_requests(text) IS
    'The requests for a sync of a tenant that are open now.';
