-- Reads a country: ISO 3166-1 alpha-2 or alpha-3 in any case, or its name, as c360._country_names() has it, with or without
-- an article before and a remark in brackets behind. What is not understood stays as it is, so that nothing is lost; it is the
-- country of no numbering plan. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_country(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_country text := p_value;
    v_key     text;
BEGIN
    IF length(v_country) <> 2 THEN
        v_country := c360.present_text(v_country);
    END IF;
    IF v_country ~ '^[A-Za-z][.]?[A-Za-z][.]?$' THEN
        v_country := upper(replace(v_country, '.', '') COLLATE "C");
        RETURN CASE v_country WHEN 'UK' THEN 'GB' ELSE v_country END;
    END IF;
    IF length(v_country) > 100 THEN
        RETURN v_country;
    END IF;

    v_key := c360._country_key(v_country);
    RETURN coalesce(
        c360._country_names() ->> v_key,
        c360._country_names() ->> CASE WHEN starts_with(v_key, 'the') THEN substr(v_key, 4) END,
        c360._country_names() ->> CASE WHEN right(v_country, 1) = ')' THEN c360._country_key(regexp_replace(v_country, '\s*\([^()]*\)$', '')) END,
        v_country
    );
END;
$$;

COMMENT ON FUNCTION c360.normalise_country(text) IS
    'ISO 3166-1 alpha-2 where it can be told, otherwise the text as sent.';
