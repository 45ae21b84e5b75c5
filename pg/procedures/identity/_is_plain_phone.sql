-- Whether a phone number is in E.164 already: c360.normalise_phone() would give it back unchanged, whatever the country.
-- Cheap, and knows only the numbers that come most: North America and mobiles of large markets; says false where in doubt.
-- Raises nothing. In SQL and not STRICT, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._is_plain_phone(p_value text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE length(p_value)
        WHEN 12 THEN p_value ~ '^[+](1[2-9]|84(9|8[1-9]|3[2-9]|5[25689]|7[06-9])|3[34][67]|316|27[678]|4[16]7|48[5-8]|614|66[689])[0-9]+$'
        WHEN 13 THEN p_value ~ '^[+](447|393|3519|52[2-9]|628|639|81[789]0|8210|8869|905|91[6-9]|9665|9715)[0-9]+$'
        WHEN 14 THEN p_value ~ '^[+](491[5-7]|55[1-9][1-9]9|628|861[3-9]|234[789])[0-9]+$'
    END
$$;

COMMENT ON FUNCTION c360._is_plain_phone(text) IS
    'Whether a phone number needs no normalising; false where in doubt.';
