-- Whether two days of birth cannot be those of one person. They can when they are equal, when one of year, month and day
-- differs, when day and month are swapped, or when one of them is the 1st of January of the same year, which forms send
-- for an unknown day. Raises nothing.

CREATE OR REPLACE FUNCTION c360._dates_conflict(
    p_one   date,
    p_other date
)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT (extract(year FROM p_one) <> extract(year FROM p_other))::integer
            + (extract(month FROM p_one) <> extract(month FROM p_other))::integer
            + (extract(day FROM p_one) <> extract(day FROM p_other))::integer > 1
        AND NOT (
            extract(year FROM p_one) = extract(year FROM p_other)
            AND (
                (
                    extract(month FROM p_one) = extract(day FROM p_other)
                    AND extract(day FROM p_one) = extract(month FROM p_other)
                )
                OR extract(doy FROM p_one) = 1
                OR extract(doy FROM p_other) = 1
            )
        );
$$;

COMMENT ON FUNCTION c360._dates_conflict(date, date) IS
    'Whether two days of birth cannot be those of one person.';
