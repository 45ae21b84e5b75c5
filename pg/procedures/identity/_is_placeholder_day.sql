-- Whether a day in ISO form is one that systems and forms write where they know none: the first days of their clocks, and days
-- of one digit. Raises nothing. In SQL and not STRICT, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._is_placeholder_day(p_day text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT p_day IN (
        '1970-01-01', '1969-12-31', '1970-01-02', '1900-01-00', '1900-01-01', '1900-01-02', '1899-12-30', '1899-12-31', '1899-12-29',
        '1904-01-01', '1901-01-01', '1901-12-13', '1800-01-01', '1753-01-01', '1700-01-01', '1601-01-01', '1600-01-01', '1583-01-01',
        '1582-10-15', '1111-11-11', '1000-01-01', '0001-01-01', '0000-00-00', '0000-01-01', '9999-12-31', '9999-99-99', '2999-12-31'
    )
$$;

COMMENT ON FUNCTION c360._is_placeholder_day(text) IS
    'Whether a day is one that stands for an unknown day.';
