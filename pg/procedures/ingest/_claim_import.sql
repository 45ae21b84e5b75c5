-- Makes the calling session the one that sends the rows of an import, unless another living session is; false then.
-- Safe to repeat. The claim outlives the transaction and ends with the session.

CREATE OR REPLACE FUNCTION c360._claim_import(p_tenant text, p_import_id bigint)
    RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_life_sign bigint := ('x' || left(replace(gen_random_uuid()::text, '-', ''), 16))::bit(64)::bigint;
BEGIN
    PERFORM pg_advisory_lock_shared(v_life_sign);

    INSERT INTO c360.import_sessions AS holder (tenant, import_id, pid, life_sign)
    VALUES (p_tenant, p_import_id, pg_backend_pid(), v_life_sign)
    ON CONFLICT (tenant, import_id) DO UPDATE
    SET pid = excluded.pid,
        life_sign = excluded.life_sign
    WHERE holder.pid = excluded.pid
       OR NOT c360._session_lives(holder.pid, holder.life_sign);

    IF NOT FOUND THEN
        PERFORM pg_advisory_unlock_shared(v_life_sign);
        RETURN false;
    END IF;

    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360._claim_import(text, bigint) IS
    'Takes an import of a file for this session; false while another session that lives has it.';
