-- The contact that rules of activation would make first: {rule, title, channel, not_before, expires_at, attributes, data}; NULL when there is none. Of several
-- the one that may be made first, of those the one that expires first, then by name. Reads only.

CREATE OR REPLACE FUNCTION c360._next_best_action(p_tenant text, p_contacts c360.agent_contact[])
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'rule', contact.rule,
        'title', contact.title,
        'channel', contact.channel,
        'not_before', contact.not_before,
        'expires_at', contact.expires_at,
        'attributes', (
            SELECT coalesce(jsonb_object_agg(named.name, contact.document -> named.name), '{}')
            FROM jsonb_array_elements_text(contact.definition -> 'attributes') AS named (name)
            WHERE contact.document ? named.name
              AND named.name NOT IN (SELECT hidden.attribute FROM c360._masked_attributes(p_tenant) AS hidden)
        ),
        'data', coalesce(contact.definition -> 'data', '{}')
    )
    FROM unnest(p_contacts) AS contact
    WHERE contact.reasons = '{}'
    ORDER BY
        contact.not_before,
        contact.expires_at,
        contact.rule
    LIMIT 1;
$$;

COMMENT ON FUNCTION c360._next_best_action(text, c360.agent_contact[]) IS
    'The contact that rules of activation would make first.';
