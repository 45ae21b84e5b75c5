-- Names of columns that no attribute spells, as other systems call them, and what they mean: an attribute, or a target of
-- an import. Lower rank is meant first where several columns mean the same. A customer's number is that of the shop or file it comes from, so it
-- is a crm_id of that source and no user_id. Facts only.

CREATE OR REPLACE FUNCTION c360._import_synonyms()
    RETURNS TABLE (name text, meaning text, rank integer)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('observedat', 'observed_at', 1),
        ('updatedat', 'observed_at', 2),
        ('modifiedat', 'observed_at', 3),
        ('lastmodified', 'observed_at', 4),
        ('lastmodifiedat', 'observed_at', 5),
        ('lastmodifieddate', 'observed_at', 6),
        ('lastupdated', 'observed_at', 7),
        ('receivedat', 'observed_at', 8),
        ('customerid', 'identifiers.crm_id', 4),
        ('customernumber', 'identifiers.crm_id', 5),
        ('customerno', 'identifiers.crm_id', 6),
        ('customercode', 'identifiers.crm_id', 7),
        ('memberid', 'identifiers.crm_id', 8),
        ('visitorid', 'identifiers.anonymous_id', 1),
        ('webvisitorid', 'identifiers.anonymous_id', 2),
        ('cookieid', 'identifiers.anonymous_id', 3),
        ('contactid', 'identifiers.crm_id', 1),
        ('crmcontactid', 'identifiers.crm_id', 2),
        ('crmsourceid', 'identifiers.crm_id', 3),
        ('facebookid', 'identifiers.social_id:facebook', 1),
        ('zaloid', 'identifiers.social_id:zalo', 1),
        ('mail', 'email', 1),
        ('emailaddress1', 'email', 2),
        ('telephone', 'phone_number', 1),
        ('tel', 'phone_number', 2),
        ('phoneno', 'phone_number', 3),
        ('cellphone', 'phone_number', 4),
        ('cell', 'phone_number', 5),
        ('mobilephone', 'phone_number', 6),
        ('mobileno', 'phone_number', 7),
        ('sđt', 'phone_number', 8),
        ('sốđiệnthoại', 'phone_number', 9),
        ('điệnthoại', 'phone_number', 10),
        ('forename', 'first_name', 1),
        ('tên', 'first_name', 2),
        ('họ', 'last_name', 1),
        ('customername', 'full_name', 1),
        ('contactname', 'full_name', 2),
        ('displayname', 'full_name', 3),
        ('họtên', 'full_name', 4),
        ('họvàtên', 'full_name', 5),
        ('giớitính', 'gender', 1),
        ('ngàysinh', 'date_of_birth', 1),
        ('địachỉ', 'address_line1', 1),
        ('streetaddress', 'address_line1', 2),
        ('town', 'city', 1),
        ('province', 'state', 1),
        ('postcode', 'zip_code', 1);
$$;

COMMENT ON FUNCTION c360._import_synonyms() IS
    'Names of columns as other systems call them, and what they mean.';
