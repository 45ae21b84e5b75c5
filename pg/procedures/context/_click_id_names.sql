-- The parameters by which advertising networks know a click again: Google, Meta, Microsoft, TikTok, X, LinkedIn, Pinterest,
-- Reddit, Snapchat, Yahoo, Yandex, Zalo. Where an address has several, the first of this list is shown. Pure.

CREATE OR REPLACE FUNCTION c360._click_id_names()
    RETURNS text[]
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT ARRAY[
        'gclid', 'gbraid', 'wbraid', 'dclid', 'fbclid', 'msclkid', 'ttclid', 'twclid', 'li_fat_id', 'epik', 'rdt_cid', 'sccid', 'yclid',
        'zclid', 'zarsrc'
    ];
$$;

COMMENT ON FUNCTION c360._click_id_names() IS
    'Names of the parameters that advertising networks mark a click with.';
