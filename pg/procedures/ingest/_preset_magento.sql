-- What the columns of exports of Magento customers mean: of the grid of customers, of the customers main file, and of addresses; see
-- _import_preset_columns(). entity_id is the number of an address in files of addresses, so it is nobody's. Facts only.

CREATE OR REPLACE FUNCTION c360._preset_magento()
    RETURNS TABLE (names text[], target text, otherwise text)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('{ID,Customer ID}'::text[], 'id', NULL::text),
        ('{entity_id,parent_id}', 'not_taken', NULL),
        -- Who lives at an address need not be the customer.
        ('{@_entity_id,firstname,middlename,lastname,prefix,suffix}', 'not_taken', NULL),
        ('{email}', 'email', NULL),
        ('{Name}', 'full_name', NULL),
        ('{firstname,First Name}', 'first_name', NULL),
        ('{middlename,Middle Name}', 'traits.middle_name', NULL),
        ('{lastname,Last Name}', 'last_name', NULL),
        ('{prefix}', 'traits.salutation', NULL),
        ('{suffix}', 'traits.suffix', NULL),
        ('{dob,Date of Birth}', 'date_of_birth', NULL),
        ('{gender}', 'gender', NULL),
        ('{Phone,Telephone}', 'phone_number', 'identifiers.phone'),
        ('{_address_telephone,billing_telephone}', 'phone_number', 'identifiers.phone'),
        ('{Street Address,street}', 'address_line1', NULL),
        ('{_address_street,billing_street}', 'address_line1', NULL),
        ('{City}', 'city', NULL),
        ('{_address_city,billing_city}', 'city', NULL),
        ('{State/Province,region}', 'state', NULL),
        ('{_address_region,billing_region}', 'state', NULL),
        ('{ZIP,postcode,Zip/Postal Code}', 'zip_code', NULL),
        ('{_address_postcode,billing_postcode}', 'zip_code', NULL),
        ('{Country,country_id}', 'country', NULL),
        ('{_address_country_id,billing_country_id}', 'country', NULL),
        ('{Company}', 'traits.company.name', NULL),
        ('{_address_company,billing_company}', 'traits.company.name', NULL),
        ('{Billing Address,billing_full}', 'traits.magento.billing_address', NULL),
        ('{Shipping Address,shipping_full}', 'traits.magento.shipping_address', NULL),
        ('{Fax,_address_fax,billing_fax}', 'traits.magento.fax', NULL),
        ('{taxvat,Tax VAT Number}', 'traits.magento.tax_vat', NULL),
        ('{VAT Number,vat_id,_address_vat_id,billing_vat_id}', 'traits.magento.vat_number', NULL),
        ('{Newsletter,newsletter_subscription,is_subscribed,Subscribed to Newsletter}', 'consent.email', NULL),
        ('{updated_at}', 'observed_at', NULL),
        ('{created_at,Customer Since}', 'traits.magento.created_at', NULL),
        ('{created_in,Account Created in}', 'traits.magento.created_in', NULL),
        ('{Group,group_id,Customer Group}', 'traits.magento.group', NULL),
        ('{Web Site,_website,website_id}', 'traits.magento.website', NULL),
        ('{_store,store_id}', 'traits.magento.store', NULL),
        ('{Confirmed email,confirmation}', 'traits.magento.email_confirmation', NULL),
        ('{Last Logged In,last_visit_at}', 'traits.magento.last_login_at', NULL),
        ('{Lifetime Sales}', 'traits.magento.lifetime_sales', NULL),
        ('{Number of Orders,Orders}', 'traits.magento.order_count', NULL),
        ('{_address_default_billing_,is_default_billing}', 'traits.magento.is_default_billing', NULL),
        ('{_address_default_shipping_,is_default_shipping}', 'traits.magento.is_default_shipping', NULL),
        ('{Billing Firstname,Billing Lastname,_address_firstname,_address_lastname,_address_middlename,_address_prefix,_address_suffix}', 'not_taken', NULL),
        ('{region_id,_address_region_id,_address_region_code,default_billing,default_shipping,disable_auto_group_change,Account Lock,lock_expires}', 'not_taken', NULL),
        ('{failures_num,first_failure,session_cutoff,Session Start Time,Action,increment_id,is_active,reward_update_notification,reward_warning_notification}', 'not_taken', NULL),
        ('{password_hash,password,rp_token,rp_token_created_at,confirmation_token}', 'secret', NULL);
$$;

COMMENT ON FUNCTION c360._preset_magento() IS
    'Columns of exports of Magento customers and what they mean.';
