-- Refuses a name, a country or a currency that no tenant can have, each with what it has to be. NULL passes. Reads only.
-- Raises: U4410 tenant_invalid

CREATE OR REPLACE FUNCTION c360._check_tenant_settings(
    p_tenant   text,
    p_country  text,
    p_currency text
)
    RETURNS void
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_tenant !~ '^[a-z][a-z0-9_]{1,30}$' THEN
        RAISE EXCEPTION 'no tenant can be called "%"', p_tenant
            USING ERRCODE = 'U4410',
                  HINT = 'A name has 2 to 31 small letters, digits and _, beginning with a letter, such as acme_vn.';
    END IF;

    -- The last ones stand for no country: they are for everybody to use as they like, or of unions.
    IF p_country ~ '^(AA|EU|EZ|Q[M-Z]|UN|X[A-JL-Z]|ZZ)$'
        OR p_country <> ALL (ARRAY(SELECT known.value FROM jsonb_each_text(c360._country_names()) AS known))
    THEN
        RAISE EXCEPTION 'there is no country "%"', p_country
            USING ERRCODE = 'U4410',
                  HINT = 'Give its two capital letters of ISO 3166-1, such as VN.';
    END IF;

    IF p_currency <> ALL (c360._currencies()) THEN
        RAISE EXCEPTION 'there is no currency "%"', p_currency
            USING ERRCODE = 'U4410',
                  HINT = 'Give its three capital letters of ISO 4217, such as VND.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_tenant_settings(text, text, text) IS
    'Refuses a name, a country or a currency that no tenant can have.';
