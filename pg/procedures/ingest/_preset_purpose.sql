-- The target of a preset about a way of contact, consent.email:opted_out, with the purpose of the tenant it speaks of: one that is named
-- after the way (email_marketing, marketing_email, email; newsletter), or marketing where it is for that way alone. A no to e-mail is
-- also a no to a marketing for several ways, where there is nothing nearer; a yes is not. NULL where the tenant has none. Reads only.

CREATE OR REPLACE FUNCTION c360._preset_purpose(p_tenant text, p_target text)
    RETURNS text
    LANGUAGE sql
    STABLE
AS $$
    WITH asked AS (
        SELECT
            split_part(substr(p_target, 9), ':', 1) AS way,
            substring(p_target FROM ':[a-z_]+$') AS mode
    ),
    near AS (
        SELECT
            stated.purpose,
            CASE
                WHEN named.word IN (asked.way || 'marketing', 'marketing' || asked.way) THEN 1
                WHEN named.word = asked.way THEN 2
                WHEN asked.way = 'email' AND named.word IN ('newsletter', 'emailnewsletter') THEN 3
                WHEN named.word = 'marketing' AND stated.channels = ARRAY[asked.way] THEN 4
                WHEN named.word = 'marketing' AND asked.way = 'email' AND (stated.channels = '{}' OR 'email' = ANY (stated.channels)) THEN 5
            END AS rank
        FROM c360.consent_purposes AS stated
        CROSS JOIN asked
        CROSS JOIN LATERAL (SELECT c360._bare_name(stated.purpose) AS word) AS named
        WHERE stated.tenant = p_tenant
    )
    SELECT CASE
        WHEN near.rank < 5 THEN 'consents.' || near.purpose || coalesce(asked.mode, '')
        WHEN asked.mode IS NULL THEN 'consents.' || near.purpose || ':refusals'
        WHEN asked.mode IN (':opted_out', ':denied_at') THEN 'consents.' || near.purpose || asked.mode
    END
    FROM near
    CROSS JOIN asked
    WHERE near.rank IS NOT NULL
    ORDER BY
        near.rank,
        near.purpose
    LIMIT 1;
$$;

COMMENT ON FUNCTION c360._preset_purpose(text, text) IS
    'Which purpose of a tenant a column of a preset speaks of.';
