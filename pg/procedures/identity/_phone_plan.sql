-- How a country writes phone numbers: country code, trunk prefix dialled inside the country (empty where there is none),
-- shortest and longest number without both, and what is dialled before a foreign number where that is not 00.
-- Follows the national numbering plans published by the ITU. Raises nothing. In SQL and not STRICT, so that it becomes part
-- of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._phone_plan(p_country text)
    RETURNS text[]
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE p_country
        WHEN 'VN' THEN ARRAY['84', '0', '9', '10']
        WHEN 'US' THEN ARRAY['1', '1', '10', '10', '011']
        WHEN 'CA' THEN ARRAY['1', '1', '10', '10', '011']
        WHEN 'GB' THEN ARRAY['44', '0', '9', '10']
        WHEN 'IE' THEN ARRAY['353', '0', '7', '9']
        WHEN 'FR' THEN ARRAY['33', '0', '9', '9']
        WHEN 'DE' THEN ARRAY['49', '0', '6', '11']
        WHEN 'NL' THEN ARRAY['31', '0', '9', '9']
        WHEN 'BE' THEN ARRAY['32', '0', '8', '9']
        WHEN 'CH' THEN ARRAY['41', '0', '9', '9']
        WHEN 'AT' THEN ARRAY['43', '0', '7', '12']
        WHEN 'IT' THEN ARRAY['39', '', '9', '11']
        WHEN 'SE' THEN ARRAY['46', '0', '7', '9']
        WHEN 'NO' THEN ARRAY['47', '', '8', '8']
        WHEN 'DK' THEN ARRAY['45', '', '8', '8']
        WHEN 'ES' THEN ARRAY['34', '', '9', '9']
        WHEN 'PT' THEN ARRAY['351', '', '9', '9']
        WHEN 'PL' THEN ARRAY['48', '', '9', '9']
        WHEN 'RU' THEN ARRAY['7', '8', '10', '10', '810']
        WHEN 'TR' THEN ARRAY['90', '0', '10', '10']
        WHEN 'AE' THEN ARRAY['971', '0', '8', '9']
        WHEN 'SA' THEN ARRAY['966', '0', '8', '9']
        WHEN 'ZA' THEN ARRAY['27', '0', '9', '9']
        WHEN 'AU' THEN ARRAY['61', '0', '9', '9', '0011']
        WHEN 'NZ' THEN ARRAY['64', '0', '8', '10']
        WHEN 'SG' THEN ARRAY['65', '', '8', '8']
        WHEN 'MY' THEN ARRAY['60', '0', '8', '10']
        WHEN 'TH' THEN ARRAY['66', '0', '8', '9']
        WHEN 'ID' THEN ARRAY['62', '0', '8', '12']
        WHEN 'PH' THEN ARRAY['63', '0', '8', '10']
        WHEN 'KH' THEN ARRAY['855', '0', '8', '9']
        WHEN 'LA' THEN ARRAY['856', '0', '8', '10']
        WHEN 'IN' THEN ARRAY['91', '0', '10', '10']
        WHEN 'JP' THEN ARRAY['81', '0', '9', '10', '010']
        WHEN 'KR' THEN ARRAY['82', '0', '8', '10']
        WHEN 'CN' THEN ARRAY['86', '0', '10', '11']
        WHEN 'HK' THEN ARRAY['852', '', '8', '8']
        WHEN 'TW' THEN ARRAY['886', '0', '8', '9']
        WHEN 'BR' THEN ARRAY['55', '0', '10', '11']
        WHEN 'MX' THEN ARRAY['52', '', '10', '10']
    END
$$;

COMMENT ON FUNCTION c360._phone_plan(text) IS
    'Numbering plan of a country: {country code, trunk prefix, shortest, longest, prefix of foreign numbers}; NULL for a country not listed.';
