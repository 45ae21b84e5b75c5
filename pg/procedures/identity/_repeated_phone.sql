-- The number that a field names several times, in one spelling or in several (0912345678 / +84 912 345 678), as E.164 by the plan of a
-- country. NULL where it names one number, two different ones, or anything else that has digits. Raises nothing.

CREATE OR REPLACE FUNCTION c360._repeated_phone(
    p_value   text,
    p_country text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
BEGIN
    IF length(p_value) > 200 OR p_value !~ '([0-9][^0-9]*){12}' THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT CASE WHEN count(*) > 1 AND count(*) = count(one.number) AND count(DISTINCT one.number) = 1 THEN min(one.number) END
        FROM (
            SELECT c360.normalise_phone(part.text, p_country) AS number
            FROM regexp_split_to_table(
                -- A number in brackets behind another one.
                regexp_replace(c360._fold_forms(c360.present_text(p_value)), '([0-9]\s*)\(([+0-9][0-9 .-]{6,})\)', '\1;\2;', 'g'),
                '[^0-9+() .-]+| - |(?<=[0-9]{7,}) +(?=[+0-9]{7,})|(?<=[0-9]) *(?=[+])'
            ) AS part (text)
            WHERE part.text ~ '[0-9]'
              -- Not the whole field once more.
              AND length(part.text) < length(p_value)
        ) AS one
    );
END;
$$;

COMMENT ON FUNCTION c360._repeated_phone(text, text) IS
    'The one phone number that a field names several times, as E.164.';
