-- The identifier types a new tenant starts with. Facts only; a tenant changes its own copy.

CREATE OR REPLACE FUNCTION c360._default_identifier_types()
    RETURNS TABLE (
        identifier_type text,
        normaliser      text,
        priority        integer,
        profile_limit   integer,
        is_exclusive    boolean,
        is_definitive   boolean,
        is_strong       boolean,
        is_masked       boolean,
        description     text
    )
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('record_id', 'id', 5, 1000, false, true, true, false, 'Record of another system, brought by an import with a key; the scope is the source: record_id:erp.'),
        ('user_id', 'id', 10, 1, true, false, true, false, 'Number of the customer in the tenant''s own system.'),
        ('national_id', 'document', 20, 1, true, false, true, true, 'Identity card, passport, tax number; the scope names the kind: national_id:passport. Never shown unmasked.'),
        ('email', 'email', 30, 10, false, false, true, false, 'E-mail address.'),
        ('phone', 'phone', 40, 10, false, false, true, false, 'Phone number.'),
        ('loyalty_id', 'id', 50, 10, false, false, true, false, 'Number of a loyalty card.'),
        ('crm_id', 'id', 60, 10, false, false, true, false, 'Contact in a CRM; the scope after the colon names the CRM: crm_id:salesforce.'),
        ('social_id', 'id', 70, 10, false, false, true, false, 'Account in a social network; the scope names it: social_id:facebook, social_id:zalo_uid:<oa>.'),
        ('anonymous_id', 'id', 80, 100, false, false, false, false, 'Cookie or installation before anybody has said who they are.'),
        ('device_id', 'id', 90, 50, false, false, false, false, 'Device; may be shared in a household.');
$$;

COMMENT ON FUNCTION c360._default_identifier_types() IS
    'Identifier types of a new tenant, with the limits that keep two persons apart.';
