-- Which columns together tell an export of a system: all names of one signature are in the header. Facts only.

CREATE OR REPLACE FUNCTION c360._preset_signatures()
    RETURNS TABLE (preset text, names text[])
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('hubspot', '{Record ID,Lifecycle Stage}'::text[]),
        ('hubspot', '{Record ID,Lead Status}'),
        ('hubspot', '{Record ID,Contact owner}'),
        ('hubspot', '{Record ID,Marketing contact status}'),
        ('hubspot', '{Record ID,Unsubscribed from all email}'),
        ('hubspot', '{Record ID,Last Modified Date,Create Date}'),
        ('hubspot', '{Record ID - Contact}'),
        ('hubspot', '{Contact ID,Lifecycle Stage}'),
        ('hubspot', '{Lifecycle Stage,Contact owner}'),
        ('hubspot', '{Lifecycle Stage,Marketing contact status}'),
        ('hubspot', '{Lifecycle Stage,Unsubscribed from all email}'),
        ('hubspot', '{hs_object_id}'),
        ('hubspot', '{vid,lifecyclestage}'),
        ('hubspot', '{lifecyclestage,hs_lead_status}'),
        ('hubspot', '{lifecyclestage,hubspot_owner_id}'),
        ('hubspot', '{hs_email_optout}'),
        ('salesforce', '{HasOptedOutOfEmail}'),
        ('salesforce', '{SystemModstamp}'),
        ('salesforce', '{Id,AccountId,LastName}'),
        ('salesforce', '{Id,LeadSource,LastName}'),
        ('salesforce', '{MailingStreet,MailingPostalCode}'),
        ('salesforce', '{Mailing Street,Mailing Zip/Postal Code}'),
        ('salesforce', '{Mailing Street,Mailing State/Province}'),
        ('salesforce', '{Contact ID,Account Name}'),
        ('salesforce', '{Contact ID,Account ID}'),
        ('salesforce', '{Contact ID,Email Opt Out}'),
        ('salesforce', '{Contact ID,Lead Source}'),
        ('salesforce', '{Lead ID,Lead Status}'),
        ('salesforce', '{Lead ID,Lead Source}'),
        ('salesforce', '{Lead ID,Lead Owner}'),
        ('salesforce', '{Lead ID,Email Opt Out}'),
        ('salesforce', '{Company / Account,Lead Source}'),
        ('salesforce', '{Company / Account,Lead Owner}'),
        ('shopify', '{Accepts Email Marketing,Accepts SMS Marketing}'),
        ('shopify', '{Accepts Email Marketing,Total Spent}'),
        ('shopify', '{Accepts Email Marketing,Total Orders}'),
        ('shopify', '{Accepts Email Marketing,Tax Exempt}'),
        ('shopify', '{Accepts Email Marketing,Default Address City}'),
        ('shopify', '{Accepts Marketing,Tax Exempt}'),
        ('shopify', '{Accepts Marketing,Total Spent,Province Code}'),
        ('shopify', '{Default Address Address1,Default Address City}'),
        ('shopify', '{Default Address City,Default Address Zip}'),
        ('shopify', '{"Email Marketing: Status",Total Spent}'),
        ('mailchimp', '{LEID,EUID}'),
        ('mailchimp', '{MEMBER_RATING,OPTIN_TIME}'),
        ('mailchimp', '{MEMBER_RATING,CONFIRM_TIME}'),
        ('mailchimp', '{MEMBER_RATING,LAST_CHANGED}'),
        ('mailchimp', '{OPTIN_TIME,CONFIRM_TIME}'),
        ('mailchimp', '{UNSUB_TIME,LEID}'),
        ('mailchimp', '{UNSUB_TIME,UNSUB_CAMPAIGN_TITLE}'),
        ('mailchimp', '{CLEAN_TIME,LEID}'),
        ('mailchimp', '{CLEAN_TIME,CLEAN_CAMPAIGN_TITLE}'),
        ('stripe', '{id,Email,Created (UTC)}'),
        ('stripe', '{id,Email,Delinquent}'),
        ('stripe', '{Email,Card Address Line1,Delinquent}'),
        ('stripe', '{Email,Total Spend,Refunded Volume}'),
        ('magento', '{_website,_store,created_in}'),
        ('magento', '{_website,_store,group_id}'),
        ('magento', '{website_id,store_id,group_id}'),
        ('magento', '{password_hash,rp_token}'),
        ('magento', '{disable_auto_group_change}'),
        ('magento', '{Customer Since,Web Site}'),
        ('magento', '{Customer Since,Account Created in}'),
        ('magento', '{_address_city,_address_postcode}'),
        ('magento', '{_entity_id,_email,country_id,telephone}');
$$;

COMMENT ON FUNCTION c360._preset_signatures() IS
    'Columns that together tell an export of a system.';
