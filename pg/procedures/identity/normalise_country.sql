-- Reads a country: ISO 3166-1 alpha-2 or alpha-3 in any case, or its name, as c360._country_names() has it, with or without
-- an article before and a remark in brackets behind; or code and name together (VN - Vietnam) where both say the same. What is not
-- understood stays as it is, so that nothing is lost; it is the country of no numbering plan. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_country(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_country text := p_value;
    v_key     text;
    v_part    text[];
    v_known   text;
    v_other   text;
BEGIN
    IF length(v_country) <> 2 THEN
        v_country := c360.present_text(v_country);
    END IF;
    IF v_country ~ '^[A-Za-z][.]?[A-Za-z][.]?$' THEN
        v_country := upper(replace(v_country, '.', '') COLLATE "C");
        -- The European Union writes EL for Greece.
        RETURN CASE v_country WHEN 'UK' THEN 'GB' WHEN 'EL' THEN 'GR' ELSE v_country END;
    END IF;
    IF length(v_country) > 100 THEN
        RETURN v_country;
    END IF;

    v_key := c360._country_key(v_country);
    v_known := coalesce(
        c360._country_names() ->> v_key,
        c360._country_names() ->> CASE WHEN starts_with(v_key, 'the') THEN substr(v_key, 4) END
    );
    IF v_known IS NULL THEN
        v_part := coalesce(
            regexp_match(v_country, '^([^()]*[^()\s])\s*\(([^()]+)\)$'),
            regexp_match(v_country, '^[(]?([A-Za-z]{2,3})[)]?\s*[-–—:,/|\s]\s*[(]?([^()]{3,}?)[)]?$'),
            regexp_match(v_country, '^([^()]{3,}?)\s*[-–—:,/|\s]\s*([A-Za-z]{2,3})$')
        );
        v_known := c360.normalise_country(v_part[1]);
        v_other := c360.normalise_country(v_part[2]);
        -- Georgia (US) is neither.
        IF v_known !~ '^[A-Z]{2}$' OR (v_known <> v_other AND (right(v_country, 1) <> ')' OR v_other ~ '^[A-Z]{2}$')) THEN
            v_known := NULL;
        END IF;
    END IF;
    RETURN coalesce(v_known, v_country);
END;
$$;

COMMENT ON FUNCTION c360.normalise_country(text) IS
    'ISO 3166-1 alpha-2 where it can be told, otherwise the text as sent.';
