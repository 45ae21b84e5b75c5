-- The number that digits with separators mean, NULL where there are several readings. Groups of three that repeat, blanks and
-- apostrophes are thousands (also 1,00,000); of a point and a comma the last one separates the decimals. A single point or comma with three digits
-- behind it (1.234) means thousands in a currency without minor units, and is not read otherwise: it could be both. A point is
-- no such case where the currency has three decimals, nor where what stands before it is no group (1234.567, 0.125). Pure.
--   p_digits: how many decimals are written in the currency.

CREATE OR REPLACE FUNCTION c360._decimal(
    p_text   text,
    p_digits integer
)
    RETURNS numeric
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_text ~ '^[0-9]{1,20}$' THEN p_text::numeric
        WHEN p_text ~ '^[1-9][0-9]{0,2}[.,][0-9]{3}$' THEN CASE
            WHEN p_digits = 0 THEN translate(p_text, '.,', '')::numeric
            WHEN p_digits = 3 AND strpos(p_text, '.') > 0 THEN p_text::numeric
        END
        WHEN p_text ~ '^[0-9]{1,20}[.,][0-9]{1,20}$' THEN translate(p_text, ',', '.')::numeric
        WHEN p_text ~ '^[0-9]{1,3}(([ ''])[0-9]{3})(\2[0-9]{3}){0,5}([.,][0-9]{1,20})?$' THEN translate(p_text, ', ''', '.')::numeric
        WHEN p_text ~ '^[0-9]{1,3}(,[0-9]{3}){1,6}(\.[0-9]{1,20})?$' OR p_text ~ '^[0-9]{1,2}(,[0-9]{2}){1,8},[0-9]{3}(\.[0-9]{1,20})?$'
            THEN translate(p_text, ',', '')::numeric
        WHEN p_text ~ '^[0-9]{1,3}(\.[0-9]{3}){1,6}(,[0-9]{1,20})?$' THEN translate(p_text, ',.', '.')::numeric
    END;
$$;

COMMENT ON FUNCTION c360._decimal(text, integer) IS
    'The number that digits with separators of thousands and decimals mean; NULL where that is not clear.';
