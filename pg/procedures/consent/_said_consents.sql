-- What an event says of consents in its context: Segment's consent.categoryPreferences {purpose: true or false}, also the words granted,
-- denied, yes and no; and what RudderStack sends, consentManagement.allowedConsentIds and deniedConsentIds. A purpose said both ways is a
-- no. At most 50; names and values that can be none are passed over. Pure.

CREATE OR REPLACE FUNCTION c360._said_consents(p_context jsonb)
    RETURNS TABLE (purpose text, is_granted boolean)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT
        said.name,
        bool_and(said.value)
    FROM (
        SELECT
            preference.key AS name,
            c360._yes_or_no(preference.value) AS value
        FROM jsonb_each(
            CASE jsonb_typeof(p_context #> '{consent,categoryPreferences}')
                WHEN 'object' THEN p_context #> '{consent,categoryPreferences}'
            END
        ) AS preference
        UNION ALL
        SELECT
            listed.value #>> '{}',
            told.is_granted
        FROM (
            VALUES
                ('allowedConsentIds', true),
                ('deniedConsentIds', false)
        ) AS told (member, is_granted)
        CROSS JOIN LATERAL jsonb_array_elements(
            CASE jsonb_typeof(p_context #> ARRAY['consentManagement', told.member])
                WHEN 'array' THEN p_context #> ARRAY['consentManagement', told.member]
            END
        ) AS listed (value)
        WHERE jsonb_typeof(listed.value) = 'string'
    ) AS said
    WHERE said.value IS NOT NULL
      AND c360._is_purpose(said.name)
    GROUP BY said.name
    -- Of too many, a no is kept.
    ORDER BY
        bool_and(said.value),
        said.name COLLATE "C"
    LIMIT 50;
$$;

COMMENT ON FUNCTION c360._said_consents(jsonb) IS
    'The purposes that the context of an event says yes or no to.';
