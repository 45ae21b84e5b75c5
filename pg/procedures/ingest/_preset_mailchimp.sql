-- What the columns of the files of a Mailchimp audience mean, of those who are subscribed, unsubscribed and cleaned; see _import_preset_columns().
-- Where somebody is by their IP address is no address of theirs; a birthday has no year. Facts only.

CREATE OR REPLACE FUNCTION c360._preset_mailchimp()
    RETURNS TABLE (names text[], target text, otherwise text)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('{LEID}'::text[], 'id', NULL::text),
        ('{EUID}', 'traits.mailchimp.euid', NULL),
        ('{Email Address,Email}', 'email', NULL),
        ('{First Name,FNAME}', 'first_name', NULL),
        ('{Last Name,LNAME}', 'last_name', NULL),
        ('{Name,Full Name}', 'full_name', NULL),
        ('{Phone Number,Phone}', 'phone_number', 'identifiers.phone'),
        ('{SMS Phone Number}', 'phone_number', 'identifiers.phone'),
        ('{Birthday}', 'traits.mailchimp.birthday', NULL),
        ('{Date of Birth,Birthdate}', 'date_of_birth', NULL),
        ('{Gender}', 'gender', NULL),
        ('{Company,Company Name}', 'traits.company.name', NULL),
        ('{Job Title,Position,Title}', 'occupation', NULL),
        ('{Address,Street Address}', 'address_line1', NULL),
        ('{Address Line 2}', 'address_line2', NULL),
        ('{City}', 'city', NULL),
        ('{State,State/Province,Province}', 'state', NULL),
        ('{Zip Code,Zip,Postal Code,Zip/Postal Code}', 'zip_code', NULL),
        ('{Country}', 'country', NULL),
        ('{Language,Preferred Language}', 'preferred_language', NULL),
        ('{TIMEZONE}', 'time_zone', NULL),
        ('{CONFIRM_TIME}', 'consent.email:granted_at', NULL),
        ('{UNSUB_TIME}', 'consent.email:denied_at', NULL),
        ('{CLEAN_TIME}', 'consent.email:denied_at', NULL),
        ('{Email Marketing Status,Status}', 'consent.email', NULL),
        ('{SMS Marketing Status,SMS Status}', 'consent.sms', NULL),
        ('{TAGS}', 'persona_tags[]', NULL),
        ('{LAST_CHANGED}', 'observed_at', NULL),
        ('{OPTIN_TIME}', 'traits.mailchimp.signed_up_at', NULL),
        ('{MEMBER_RATING}', 'traits.mailchimp.member_rating', NULL),
        ('{NOTES}', 'traits.mailchimp.notes', NULL),
        ('{UNSUB_REASON}', 'traits.mailchimp.unsubscribe_reason', NULL),
        ('{UNSUB_REASON_OTHER}', 'traits.mailchimp.unsubscribe_reason_other', NULL),
        ('{UNSUB_CAMPAIGN_TITLE}', 'traits.mailchimp.unsubscribe_campaign', NULL),
        ('{CLEAN_CAMPAIGN_TITLE}', 'traits.mailchimp.clean_campaign', NULL),
        ('{CC}', 'traits.mailchimp.ip_country', NULL),
        ('{REGION}', 'traits.mailchimp.ip_region', NULL),
        ('{UNSUB_CAMPAIGN_ID,CLEAN_CAMPAIGN_ID,GMTOFF,DSTOFF,LATITUDE,LONGITUDE,OPTIN_IP,CONFIRM_IP}', 'not_taken', NULL);
$$;

COMMENT ON FUNCTION c360._preset_mailchimp() IS
    'Columns of the files of a Mailchimp audience and what they mean.';
