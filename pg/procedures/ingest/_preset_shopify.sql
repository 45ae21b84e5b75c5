-- What the columns of an export of Shopify customers mean, those of older exports among them; see _import_preset_columns(). Facts only.

CREATE OR REPLACE FUNCTION c360._preset_shopify()
    RETURNS TABLE (names text[], target text, otherwise text)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('{Customer ID,ID}'::text[], 'id', NULL::text),
        ('{Email}', 'email', NULL),
        ('{First Name}', 'first_name', NULL),
        ('{Last Name}', 'last_name', NULL),
        ('{Phone}', 'phone_number', 'identifiers.phone'),
        ('{Default Address Phone,Address Phone}', 'phone_number', 'identifiers.phone'),
        ('{Default Address Company,Company,Address Company}', 'traits.company.name', NULL),
        ('{Default Address Address1,Default Address Line 1,Address1,Address Line 1}', 'address_line1', NULL),
        ('{Default Address Address2,Default Address Line 2,Address2,Address Line 2}', 'address_line2', NULL),
        ('{Default Address City,City,Address City}', 'city', NULL),
        ('{Default Address Province,Province,Address Province}', 'state', NULL),
        ('{Default Address Province Code,Province Code,Address Province Code}', 'state', 'traits.shopify.province_code'),
        ('{Default Address Zip,Zip,Address Zip}', 'zip_code', NULL),
        ('{Default Address Country Code,Country Code,Address Country Code}', 'country', NULL),
        ('{Default Address Country,Country,Address Country}', 'country', 'traits.shopify.country_name'),
        ('{Language,Locale}', 'preferred_language', NULL),
        ('{Currency}', 'preferred_currency', NULL),
        ('{Accepts Email Marketing,Accepts Marketing,"Email Marketing: Status"}', 'consent.email', NULL),
        ('{Accepts SMS Marketing,"SMS Marketing: Status"}', 'consent.sms', NULL),
        ('{Accepts WhatsApp Marketing}', 'consent.whatsapp', NULL),
        ('{"Email Marketing: Level","Email Marketing: Updated At","SMS Marketing: Level","SMS Marketing: Updated At"}', 'not_taken', NULL),
        ('{Tags}', 'persona_tags[]', NULL),
        ('{Total Spent}', 'traits.shopify.total_spent', NULL),
        ('{Total Orders,Orders Count}', 'traits.shopify.total_orders', NULL),
        ('{Note}', 'traits.shopify.note', NULL),
        ('{Tax Exempt}', 'traits.shopify.tax_exempt', NULL),
        ('{Updated At}', 'observed_at', NULL),
        ('{Created At}', 'traits.shopify.created_at', NULL),
        ('{State}', 'traits.shopify.account_state', NULL),
        ('{Verified Email}', 'traits.shopify.is_email_verified', NULL),
        (ARRAY['~\(customer[.]metafields[.]facts[.]birth_date\)$'], 'date_of_birth', NULL),
        (ARRAY['~\(customer[.]metafields[.]([^)]+)\)$'], 'traits.shopify.metafields.\1', NULL),
        (ARRAY['~^Metafield: (\S+)'], 'traits.shopify.metafields.\1', NULL),
        ('{Address ID,Address First Name,Address Last Name,Address Command,Address Is Default}', 'not_taken', NULL),
        ('{Command,Tags Command,Row #,Top Row,Default Address First Name,Default Address Last Name,Default Address Name}', 'not_taken', NULL),
        ('{Multipass Identifier,Account Activation URL,Send Account Activation Email,Send Welcome Email,Password}', 'secret', NULL);
$$;

COMMENT ON FUNCTION c360._preset_shopify() IS
    'Columns of an export of Shopify customers and what they mean.';
