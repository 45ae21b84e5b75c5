-- Reads a country: a code of two letters in any case, or the name of one of the common markets. Other names stay as
-- they are, so that nothing is lost. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_country(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_country text := p_value;
BEGIN
    IF length(v_country) <> 2 THEN
        v_country := c360.present_text(v_country);
    END IF;
    IF v_country ~ '^[A-Za-z]{2}$' THEN
        v_country := upper(v_country);
        RETURN CASE v_country WHEN 'UK' THEN 'GB' ELSE v_country END;
    END IF;

    RETURN CASE c360.normalise_name(v_country)
        WHEN 'viet nam' THEN 'VN'
        WHEN 'vietnam' THEN 'VN'
        WHEN 'vnm' THEN 'VN'
        WHEN 'united states' THEN 'US'
        WHEN 'united states of america' THEN 'US'
        WHEN 'usa' THEN 'US'
        WHEN 'united kingdom' THEN 'GB'
        WHEN 'great britain' THEN 'GB'
        WHEN 'gbr' THEN 'GB'
        WHEN 'germany' THEN 'DE'
        WHEN 'deutschland' THEN 'DE'
        WHEN 'france' THEN 'FR'
        WHEN 'australia' THEN 'AU'
        WHEN 'singapore' THEN 'SG'
        WHEN 'thailand' THEN 'TH'
        WHEN 'malaysia' THEN 'MY'
        WHEN 'indonesia' THEN 'ID'
        WHEN 'philippines' THEN 'PH'
        WHEN 'japan' THEN 'JP'
        WHEN 'korea' THEN 'KR'
        WHEN 'south korea' THEN 'KR'
        WHEN 'china' THEN 'CN'
        WHEN 'india' THEN 'IN'
        ELSE v_country
    END;
END;
$$;

COMMENT ON FUNCTION c360.normalise_country(text) IS
    'ISO 3166-1 alpha-2 where it can be told, otherwise the text as sent.';
