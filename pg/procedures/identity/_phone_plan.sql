-- How a country writes phone numbers: country code, trunk prefix dialled inside the country (empty where there is none),
-- shortest and longest number without both, and what is dialled before a foreign number where that is not 00.
-- Follows the national numbering plans published by the ITU. Raises nothing.

CREATE OR REPLACE FUNCTION c360._phone_plan(p_country text)
    RETURNS text[]
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
BEGIN
    RETURN CASE p_country
        WHEN 'VN' THEN '{84,0,9,10}'
        WHEN 'US' THEN '{1,1,10,10,011}'
        WHEN 'CA' THEN '{1,1,10,10,011}'
        WHEN 'GB' THEN '{44,0,9,10}'
        WHEN 'IE' THEN '{353,0,7,9}'
        WHEN 'FR' THEN '{33,0,9,9}'
        WHEN 'DE' THEN '{49,0,6,11}'
        WHEN 'NL' THEN '{31,0,9,9}'
        WHEN 'BE' THEN '{32,0,8,9}'
        WHEN 'CH' THEN '{41,0,9,9}'
        WHEN 'AT' THEN '{43,0,7,12}'
        WHEN 'IT' THEN '{39,"",9,11}'
        WHEN 'SE' THEN '{46,0,7,9}'
        WHEN 'NO' THEN '{47,"",8,8}'
        WHEN 'DK' THEN '{45,"",8,8}'
        WHEN 'ES' THEN '{34,"",9,9}'
        WHEN 'PT' THEN '{351,"",9,9}'
        WHEN 'PL' THEN '{48,"",9,9}'
        WHEN 'RU' THEN '{7,8,10,10,810}'
        WHEN 'TR' THEN '{90,0,10,10}'
        WHEN 'AE' THEN '{971,0,8,9}'
        WHEN 'SA' THEN '{966,0,8,9}'
        WHEN 'ZA' THEN '{27,0,9,9}'
        WHEN 'AU' THEN '{61,0,9,9,0011}'
        WHEN 'NZ' THEN '{64,0,8,10}'
        WHEN 'SG' THEN '{65,"",8,8}'
        WHEN 'MY' THEN '{60,0,8,10}'
        WHEN 'TH' THEN '{66,0,8,9}'
        WHEN 'ID' THEN '{62,0,8,12}'
        WHEN 'PH' THEN '{63,0,8,10}'
        WHEN 'KH' THEN '{855,0,8,9}'
        WHEN 'LA' THEN '{856,0,8,10}'
        WHEN 'IN' THEN '{91,0,10,10}'
        WHEN 'JP' THEN '{81,0,9,10,010}'
        WHEN 'KR' THEN '{82,0,8,10}'
        WHEN 'CN' THEN '{86,0,10,11}'
        WHEN 'HK' THEN '{852,"",8,8}'
        WHEN 'TW' THEN '{886,0,8,9}'
        WHEN 'BR' THEN '{55,0,10,11}'
        WHEN 'MX' THEN '{52,"",10,10}'
    END::text[];
END;
$$;

COMMENT ON FUNCTION c360._phone_plan(text) IS
    'Numbering plan of a country: {country code, trunk prefix, shortest, longest, prefix of foreign numbers}; NULL for a country not listed.';
