-- Whether two days of birth cannot be those of one person. They can when they are equal, when one of year, month and day
-- differs, when day and month are swapped, or when one of them is the 1st of January of the same year, which forms send
-- for an unknown day. A day before 1850 contradicts nothing: of a customer it is a slip of the pen, and archives are resolved
-- by scored rules, which weigh it. Raises nothing.

CREATE OR REPLACE FUNCTION c360._dates_conflict(
    p_one   date,
    p_other date
)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT (date_part('year', p_one) <> date_part('year', p_other))::integer
            + (date_part('month', p_one) <> date_part('month', p_other))::integer
            + (date_part('day', p_one) <> date_part('day', p_other))::integer > 1
        AND least(p_one, p_other) >= date '1850-01-01'
        AND NOT (
            date_part('year', p_one) = date_part('year', p_other)
            AND (
                (
                    date_part('month', p_one) = date_part('day', p_other)
                    AND date_part('day', p_one) = date_part('month', p_other)
                )
                OR date_part('doy', p_one) = 1
                OR date_part('doy', p_other) = 1
            )
        );
$$;

COMMENT ON FUNCTION c360._dates_conflict(date, date) IS
    'Whether two days of birth cannot be those of one person.';
