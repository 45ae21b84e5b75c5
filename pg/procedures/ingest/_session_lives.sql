-- Answers whether the session of an import lives: it holds an advisory lock on a random number for as long. The number alone
-- would prove nothing, since anybody may lock it; the process alone neither, since its number is given out again.

CREATE OR REPLACE FUNCTION c360._session_lives(p_pid integer, p_life_sign bigint)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT
        FROM pg_locks AS held
        WHERE held.locktype = 'advisory'
          AND held.database = (SELECT own.oid FROM pg_database AS own WHERE own.datname = current_database())
          AND held.objsubid = 1
          AND held.classid = ((p_life_sign >> 32) & 4294967295)::oid
          AND held.objid = (p_life_sign & 4294967295)::oid
          AND held.pid = p_pid
          AND held.granted
    );
$$;

COMMENT ON FUNCTION c360._session_lives(integer, bigint) IS
    'True while the session that gave this sign of life has not ended.';
