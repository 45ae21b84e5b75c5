-- A day of birth in ISO form where it can be that of a customer of whom we heard on another day: not in the future, not of a
-- person older than 120 years, and none that stands for an unknown day; else NULL. It is the day of the record and not today that
-- counts, so that the same record says the same for ever. The session must have DateStyle ISO. Raises nothing.
-- In SQL and not STRICT, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._possible_birthday(
    p_day      text,
    p_heard_on date
)
    RETURNS text
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_day COLLATE "C" BETWEEN (p_heard_on - 43830)::text AND (p_heard_on + 1)::text
            AND NOT c360._is_placeholder_day(p_day)
            THEN p_day
    END
$$;

COMMENT ON FUNCTION c360._possible_birthday(text, date) IS
    'A day of birth if somebody alive can have it; NULL for one that stands for an unknown day.';
