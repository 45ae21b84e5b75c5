-- Takes the lake of a tenant for the session, so that one process at a time writes there; answers the number with which it is known from
-- then on. A session that ends gives it back by itself, however it ends. Should it live on behind a broken network, the number
-- of who comes next is higher, and whatever the old process still says is refused. Safe to repeat.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460 lake_not_set, U4462 lake_busy, U4465 lake_not_ready

CREATE OR REPLACE FUNCTION c360.hold_lake(p_tenant text, p_holder text)
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_life_sign bigint := ('x' || left(replace(gen_random_uuid()::text, '-', ''), 16))::bit(64)::bigint;
    v_epoch     bigint;
    v_lake      record;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_lake(p_tenant);

    PERFORM pg_advisory_lock_shared(v_life_sign);

    UPDATE c360.lakes AS lake
    SET epoch = lake.epoch + 1,
        held_by = p_holder,
        held_at = now(),
        pid = pg_backend_pid(),
        life_sign = v_life_sign
    WHERE lake.tenant = p_tenant
      AND (
          lake.pid IS NULL
          OR lake.pid = pg_backend_pid()
          OR NOT c360._session_lives(lake.pid, lake.life_sign)
      )
    RETURNING lake.epoch
    INTO v_epoch;

    IF NOT FOUND THEN
        PERFORM pg_advisory_unlock_shared(v_life_sign);
        SELECT lake.held_by, lake.held_at INTO v_lake FROM c360.lakes AS lake WHERE lake.tenant = p_tenant;
        RAISE EXCEPTION 'the lake of tenant "%" is in use by % since %', p_tenant, v_lake.held_by, to_char(v_lake.held_at, 'YYYY-MM-DD HH24:MI')
            USING ERRCODE = 'U4462',
                  HINT = 'One process at a time writes to a lake. Wait until it is done.';
    END IF;

    RETURN v_epoch;
END;
$$;

COMMENT ON FUNCTION c360.hold_lake(text, text) IS
    'Takes the lake of a tenant for the session.';
