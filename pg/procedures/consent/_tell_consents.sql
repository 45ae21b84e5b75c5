-- Tells what became of the consents of touched golden records since they were told last (consent.changed), whether somebody said something, or records
-- became one person or parted. Only while somebody wants it; before that nothing is kept or read. Objections that are somebody's by now are forgotten. Called by
-- refresh_profiles(), in its transaction. Trusts the search_path. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._tell_consents(p_tenant text, p_ids uuid[])
    RETURNS void
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
BEGIN
    IF to_regclass('cdp_consent_told') IS NULL THEN
        RETURN;
    END IF;

    DELETE FROM cdp_consent_objections AS objection
    USING cdp_profile_links AS link
    WHERE link.raw_profile_id = objection.raw_profile_id
      AND link.master_profile_id = ANY (p_ids);

    IF c360._message_mode(p_tenant, 'c360-updated-profiles') <> 'all'
        OR NOT c360._type_is_wanted(p_tenant, 'c360-updated-profiles', 'consent.changed') THEN
        RETURN;
    END IF;

    WITH fresh AS MATERIALIZED (
        SELECT
            held.master_profile_id AS id,
            held.purpose,
            held.state,
            held.since
        FROM cdp_consent_state AS held
        WHERE held.master_profile_id = ANY (p_ids)
    ),
    known AS MATERIALIZED (
        SELECT
            told.master_profile_id AS id,
            told.purpose,
            told.state
        FROM cdp_consent_told AS told
        WHERE told.master_profile_id = ANY (p_ids)
    ),
    changed AS MATERIALIZED (
        SELECT
            coalesce(fresh.id, known.id) AS id,
            coalesce(fresh.purpose, known.purpose) AS purpose,
            fresh.state,
            fresh.since,
            known.state AS before
        FROM fresh
        FULL JOIN known
            ON known.id = fresh.id
            AND known.purpose = fresh.purpose
        WHERE fresh.state IS DISTINCT FROM known.state
    ),
    kept AS (
        INSERT INTO cdp_consent_told AS told (master_profile_id, purpose, state)
        SELECT
            changed.id,
            changed.purpose,
            changed.state
        FROM changed
        WHERE changed.state IS NOT NULL
        ORDER BY
            changed.id,
            changed.purpose
        ON CONFLICT (master_profile_id, purpose) DO UPDATE
        SET state = excluded.state
    ),
    forgotten AS (
        DELETE FROM cdp_consent_told AS told
        USING changed
        WHERE changed.state IS NULL
          AND told.master_profile_id = changed.id
          AND told.purpose = changed.purpose
    )
    INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
    SELECT
        c360._uuid7(),
        p_tenant,
        'c360-updated-profiles',
        'consent.changed',
        changed.id::text,
        c360._message_body('consent.changed', p_tenant, now(), jsonb_strip_nulls(jsonb_build_object(
            'profile_id', changed.id,
            'purpose', changed.purpose,
            'is_allowed', stated.purpose IS NOT NULL AND coalesce(changed.state = 'granted', stated.allows_by_default),
            'state', coalesce(changed.state, 'default'),
            'before', changed.before,
            'since', changed.since
        )))
    FROM changed
    JOIN cdp_master_profiles AS golden
        ON golden.master_profile_id = changed.id
        AND golden.status = 'active'
    LEFT JOIN c360.consent_purposes AS stated
        ON stated.tenant = p_tenant
        AND stated.purpose = changed.purpose
    ORDER BY
        changed.id,
        changed.purpose;
END;
$$;

COMMENT ON FUNCTION c360._tell_consents(text, uuid[]) IS
    'Tells what became of the consents of touched golden records since they were told last.';
