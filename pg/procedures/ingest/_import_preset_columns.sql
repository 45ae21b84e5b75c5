-- The columns of all presets of imports, in the order in which they are preferred. Names count without case, blanks and punctuation; one that
-- begins with ~ is a regular expression for the name as it is, whose group stands for \1 in the target; with @ it is another column that the
-- header must have, in small letters, for the line to count. A target is one of a mapping or
--   id              the number of the record in its system: a crm_id of the source, where the source was named
--   consent.<way>   an answer about a way of contact; the purpose is looked for among those of the tenant
--   not_taken       of no use for knowing the customer
--   secret          never taken
-- otherwise: the target where a column before has taken the first one. Pure.

CREATE OR REPLACE FUNCTION c360._import_preset_columns()
    RETURNS TABLE (preset text, place bigint, names text[], target text, otherwise text)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'hubspot', own.place, own.names, own.target, own.otherwise
    FROM c360._preset_hubspot() WITH ORDINALITY AS own (names, target, otherwise, place)
    UNION ALL
    SELECT 'salesforce', own.place, own.names, own.target, own.otherwise
    FROM c360._preset_salesforce() WITH ORDINALITY AS own (names, target, otherwise, place)
    UNION ALL
    SELECT 'shopify', own.place, own.names, own.target, own.otherwise
    FROM c360._preset_shopify() WITH ORDINALITY AS own (names, target, otherwise, place)
    UNION ALL
    SELECT 'mailchimp', own.place, own.names, own.target, own.otherwise
    FROM c360._preset_mailchimp() WITH ORDINALITY AS own (names, target, otherwise, place)
    UNION ALL
    SELECT 'stripe', own.place, own.names, own.target, own.otherwise
    FROM c360._preset_stripe() WITH ORDINALITY AS own (names, target, otherwise, place)
    UNION ALL
    SELECT 'magento', own.place, own.names, own.target, own.otherwise
    FROM c360._preset_magento() WITH ORDINALITY AS own (names, target, otherwise, place);
$$;

COMMENT ON FUNCTION c360._import_preset_columns() IS
    'Columns of exports of known systems and what they mean.';
