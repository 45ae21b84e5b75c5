-- Makes a UUID of version 7 for one of many rows of a statement: the time is read for each as in _uuid7(), the random bits
-- come from a hash of p_salt. To be given something random, drawn once, followed by what tells the rows apart: where
-- PostgreSQL asks the system for randomness, asking for each row takes longer than all the rest. Not safe to repeat: each
-- call is another id. Raises nothing.

CREATE OR REPLACE FUNCTION c360._uuid7_of(p_salt text)
    RETURNS uuid
    LANGUAGE sql
    VOLATILE
    PARALLEL SAFE
AS $$
    SELECT (
        overlay(
            lpad(to_hex((date_part('epoch', clock_timestamp()) * 4096000)::bigint), 15, '0')
            PLACING '7' FROM 13 FOR 0
        )
        || '8' || left(md5(p_salt), 15)
    )::uuid;
$$;

COMMENT ON FUNCTION c360._uuid7_of(text) IS
    'A UUID of version 7 whose random bits are a hash of the salt: for many rows at once.';
