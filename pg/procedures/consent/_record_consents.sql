-- Keeps what just recorded events say of consents in their context, with the proof and the version of the text they name there. Called as
-- the copy that each tenant has (c360._tenant_copies()), in the transaction that recorded the events. A time after their reception counts as that: nobody can
-- say yes tomorrow. Does nothing for a tenant that has not been brought up to date. Raises nothing for anything that may be sent.

CREATE OR REPLACE FUNCTION c360._record_consents(
    p_tenant      text,
    p_received_at timestamptz,
    p_event_ids   bigint[]
)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_statements c360.consent_statement[];
BEGIN
    IF to_regclass('cdp_consents') IS NULL THEN
        RETURN;
    END IF;

    v_statements := ARRAY(
        SELECT ROW(
            event.raw_profile_id,
            said.purpose,
            said.is_granted,
            least(event.occurred_at, p_received_at),
            event.source,
            'event',
            left(coalesce(c360._scalar(event.payload #> '{context,consent,proof}'), ''), 1000),
            left(coalesce(c360._scalar(event.payload #> '{context,consent,textVersion}'), ''), 100),
            '',
            false
        )::c360.consent_statement
        FROM cdp_behavioral_events AS event
        CROSS JOIN LATERAL c360._said_consents(event.payload -> 'context') AS said
        WHERE event.received_at = p_received_at
          AND event.event_id = ANY (p_event_ids)
    );

    IF v_statements <> '{}' THEN
        PERFORM _note_consents(p_tenant, v_statements);
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._record_consents(text, timestamptz, bigint[]) IS
    'Keeps what just recorded events say of consents.';
