-- Makes a phone number comparable: E.164, read with the numbering plan of a country where the number has no country code.
-- 0912 345 678, +84 912 345 678, 84912345678 and 0084912345678 are one number for VN; so is a number in the form it had before a
-- renumbering. An extension is dropped; a number written twice is one. Text that is no number a person may have gives NULL, and so does a number without
-- country code where the country has no plan: better no identifier than one that joins strangers. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_phone(
    p_value   text,
    p_country text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_text text;
    v_plan jsonb;
BEGIN
    IF c360._is_plain_phone(p_value) THEN
        RETURN p_value;
    END IF;

    -- Most numbers are digits and what people put between them; the others are taken apart.
    v_text := CASE
        WHEN p_value ~ '^[+]?[0-9(][0-9 ()-]*$' AND length(p_value) <= 20 AND strpos(p_value, '(0)') + strpos(p_value, ' - ') = 0
            THEN translate(p_value, ' ()-', '')
        ELSE c360._phone_text(p_value)
    END;
    IF starts_with(v_text, '+') THEN
        RETURN c360._international_phone(substr(v_text, 2), p_value);
    END IF;

    v_plan := c360._phone_plans() -> p_country;
    RETURN coalesce(
        CASE WHEN v_text ~ (v_plan ->> 'abroad') THEN c360._international_phone(regexp_replace(v_text, v_plan ->> 'abroad', ''), p_value) END,
        CASE WHEN starts_with(v_text, '00') THEN c360._international_phone(substr(v_text, 3), p_value) END,
        -- Where the trunk prefix is missing, what looks like the country code is it.
        CASE
            WHEN starts_with(v_text, v_plan ->> 'code') AND v_plan ->> 'home' IN ('0', '1')
                THEN c360._international_phone(v_text, p_value)
        END,
        c360._national_phone(v_text, v_plan, p_value),
        CASE WHEN starts_with(v_text, v_plan ->> 'code') THEN c360._international_phone(v_text, p_value) END,
        c360._repeated_phone(p_value, p_country)
    );
END;
$$;

COMMENT ON FUNCTION c360.normalise_phone(text, text) IS
    'Phone number as E.164, read with the numbering plan of an ISO country; NULL when the text is no plausible number.';
