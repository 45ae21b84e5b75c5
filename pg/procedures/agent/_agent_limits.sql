-- What an agent must not do: [{what, channel, reason, until}]. contact: do not write or call, over this channel or at all; the reasons are quiet_hours,
-- cap and channel_not_of_purpose. Of several rules for a channel the strictest counts. p_channel: what the agent asks about, though no rule
-- is for it. Reads only.

CREATE OR REPLACE FUNCTION c360._agent_limits(
    p_tenant   text,
    p_purpose  text,
    p_channel  text,
    p_contacts c360.agent_contact[]
)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH way AS (
        SELECT
            listed.channel,
            max(listed.resumes_at) AS resumes_at,
            coalesce(bool_or('cap' = ANY (listed.reasons)), false) AS is_capped,
            stated.channels <> '{}' AND listed.channel <> ALL (stated.channels) AS is_foreign
        FROM (
            SELECT
                contact.channel,
                contact.resumes_at,
                contact.reasons
            FROM unnest(p_contacts) AS contact
            UNION ALL
            SELECT
                p_channel,
                NULL,
                NULL
            WHERE p_channel IS NOT NULL
        ) AS listed
        JOIN c360.consent_purposes AS stated
            ON stated.tenant = p_tenant
            AND stated.purpose = p_purpose
        GROUP BY
            listed.channel,
            stated.channels
    )
    SELECT coalesce(jsonb_agg(
        jsonb_build_object('what', 'contact', 'channel', way.channel, 'reason', found.reason, 'until', found.until)
        ORDER BY way.channel, found.reason
    ), '[]')
    FROM way
    CROSS JOIN LATERAL (
        SELECT
            'quiet_hours' AS reason,
            way.resumes_at AS until
        WHERE way.resumes_at IS NOT NULL
        UNION ALL
        SELECT
            'cap',
            NULL
        WHERE way.is_capped
        UNION ALL
        SELECT
            'channel_not_of_purpose',
            NULL
        WHERE way.is_foreign
    ) AS found;
$$;

COMMENT ON FUNCTION c360._agent_limits(text, text, text, c360.agent_contact[]) IS
    'What an agent must not do.';
