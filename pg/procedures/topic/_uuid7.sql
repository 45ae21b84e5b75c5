-- Makes a UUID of version 7: the first 48 bits are milliseconds, the next twelve the rest of the millisecond, so ids sort
-- by the time they were made, to a quarter of a microsecond. Not safe to repeat: each call is another id. Raises nothing.
-- One expression in SQL, so that it becomes part of the statement that calls it: a batch makes tens of thousands.

CREATE OR REPLACE FUNCTION c360._uuid7()
    RETURNS uuid
    LANGUAGE sql
    VOLATILE
    PARALLEL SAFE
AS $$
    -- 4096 steps a millisecond are fifteen hex digits: twelve of milliseconds, the version, three of the rest. The second
    -- half keeps the variant and the randomness of gen_random_uuid().
    SELECT (
        overlay(
            lpad(to_hex((date_part('epoch', clock_timestamp()) * 4096000)::bigint), 15, '0')
            PLACING '7' FROM 13 FOR 0
        )
        || substr(gen_random_uuid()::text, 20)
    )::uuid;
$$;

COMMENT ON FUNCTION c360._uuid7() IS
    'A UUID of version 7: sorts by the time it was made.';
