-- Keeps statements of consent: as history, the same one of an observation once a day, and as the latest yes and no of each record. What
-- holds depends on these statements alone, not on the order they come in, and not on how often. A no of an observation that is nobody's yet is kept by all
-- that it names as well: it counts for them until the resolver knows whose it is. Whoever an observation is of that did not come as an event is touched. Rows are taken in the order of their
-- keys. Trusts the search_path, and that the observations are there and nobody erases them. Raises nothing.

CREATE OR REPLACE FUNCTION c360._note_consents(p_tenant text, p_statements c360.consent_statement[])
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_strangers bigint[];
BEGIN
    INSERT INTO cdp_consent_names AS named (purpose)
    SELECT DISTINCT said.purpose
    FROM unnest(p_statements) AS said
    WHERE NOT EXISTS (
        SELECT
        FROM cdp_consent_names AS known
        WHERE known.purpose = said.purpose
    )
    ORDER BY said.purpose
    ON CONFLICT (purpose) DO NOTHING;

    INSERT INTO cdp_consents AS known (
        raw_profile_id,
        purpose,
        is_granted,
        first_said_at,
        last_said_at,
        said_count,
        source,
        method,
        basis,
        text_version,
        actor,
        proof,
        is_of_person,
        fingerprint
    )
    SELECT
        said.raw_profile_id,
        min(said.purpose),
        bool_and(said.is_granted),
        min(said.said_at),
        max(said.said_at),
        count(*),
        min(said.source),
        min(said.method),
        min(stated.basis),
        min(shown.text_version),
        min(said.actor),
        min(said.proof),
        bool_and(said.is_of_person),
        named.fingerprint
    FROM unnest(p_statements) AS said
    LEFT JOIN c360.consent_purposes AS stated
        ON stated.tenant = p_tenant
        AND stated.purpose = said.purpose
    CROSS JOIN LATERAL (
        SELECT coalesce(nullif(said.text_version, ''), stated.text_version, '') AS text_version
    ) AS shown
    CROSS JOIN LATERAL (
        SELECT sha256(convert_to(
            concat_ws(
                chr(31),
                to_char(said.said_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
                said.purpose,
                said.is_granted::text,
                said.source,
                said.method,
                said.proof,
                shown.text_version,
                said.actor,
                said.is_of_person::text
            ),
            'UTF8'
        )) AS fingerprint
    ) AS named
    GROUP BY
        said.raw_profile_id,
        named.fingerprint
    ORDER BY
        said.raw_profile_id,
        named.fingerprint
    ON CONFLICT (raw_profile_id, fingerprint) DO UPDATE
    SET first_said_at = least(known.first_said_at, excluded.first_said_at),
        last_said_at = greatest(known.last_said_at, excluded.last_said_at),
        said_count = known.said_count + excluded.said_count,
        -- What an import said last shows in it.
        recorded_at = CASE WHEN known.method = 'import' THEN greatest(known.recorded_at, excluded.recorded_at) ELSE known.recorded_at END;

    WITH told AS MATERIALIZED (
        SELECT
            said.raw_profile_id,
            said.purpose,
            max(said.said_at) FILTER (WHERE said.is_granted) AS granted_at,
            max(said.said_at) FILTER (WHERE NOT said.is_granted) AS denied_at,
            max(said.said_at) FILTER (WHERE said.is_granted AND said.is_of_person) AS person_at
        FROM unnest(p_statements) AS said
        GROUP BY
            said.raw_profile_id,
            said.purpose
    ),
    speaker AS MATERIALIZED (
        SELECT
            raw.raw_profile_id,
            c360._consent_subjects(raw.identifiers, raw.traits, raw.raw_profile_id) AS subjects
        FROM (SELECT DISTINCT told.raw_profile_id FROM told) AS own
        JOIN cdp_raw_profiles AS raw ON raw.raw_profile_id = own.raw_profile_id
    )
    INSERT INTO cdp_consent_marks AS known (raw_profile_id, purpose, subject, granted_at, denied_at)
    SELECT
        told.raw_profile_id,
        told.purpose,
        speaks.subject,
        CASE WHEN speaks.number = 0 THEN told.person_at ELSE told.granted_at END,
        CASE WHEN speaks.number = 1 THEN told.denied_at END
    FROM told
    JOIN speaker ON speaker.raw_profile_id = told.raw_profile_id
    CROSS JOIN LATERAL (
        SELECT
            own.subject,
            own.number
        FROM unnest(speaker.subjects) WITH ORDINALITY AS own (subject, number)
        UNION ALL
        SELECT
            '00000000-0000-0000-0000-000000000000'::uuid,
            0
    ) AS speaks
    WHERE CASE speaks.number
        WHEN 0 THEN told.person_at IS NOT NULL
        WHEN 1 THEN true
        ELSE told.granted_at IS NOT NULL
    END
    ORDER BY
        told.raw_profile_id,
        told.purpose,
        speaks.subject
    ON CONFLICT (raw_profile_id, purpose, subject) DO UPDATE
    SET granted_at = greatest(known.granted_at, excluded.granted_at),
        denied_at = greatest(known.denied_at, excluded.denied_at)
    WHERE excluded.granted_at > coalesce(known.granted_at, '-infinity')
       OR excluded.denied_at > coalesce(known.denied_at, '-infinity');

    v_strangers := ARRAY(
        SELECT DISTINCT said.raw_profile_id
        FROM unnest(p_statements) AS said
        WHERE NOT said.is_granted
          AND NOT EXISTS (
              SELECT
              FROM cdp_profile_links AS link
              WHERE link.raw_profile_id = said.raw_profile_id
          )
    );
    IF v_strangers <> '{}' AND to_regclass('cdp_consent_objections') IS NOT NULL THEN
        INSERT INTO cdp_consent_objections (purpose, subject, raw_profile_id)
        SELECT DISTINCT
            said.purpose,
            named.subject,
            said.raw_profile_id
        FROM unnest(p_statements) AS said
        JOIN (
            SELECT
                raw.raw_profile_id,
                sent.subject
            FROM cdp_raw_profiles AS raw
            CROSS JOIN LATERAL unnest(c360._consent_subjects(raw.identifiers, raw.traits, raw.raw_profile_id)) AS sent (subject)
            WHERE raw.raw_profile_id = ANY (v_strangers)
            UNION
            -- As the resolver will compare them: the same number is written in many ways.
            SELECT
                read.raw_profile_id,
                c360._subject_of(read.identifier_type, read.value)
            FROM extract_identifiers(v_strangers) AS read
            WHERE read.is_usable
        ) AS named ON named.raw_profile_id = said.raw_profile_id
        WHERE NOT said.is_granted
        ORDER BY
            said.purpose,
            named.subject,
            said.raw_profile_id
        ON CONFLICT (purpose, subject, raw_profile_id) DO NOTHING;
    END IF;

    IF EXISTS (SELECT FROM unnest(p_statements) AS said WHERE said.method <> 'event') THEN
        PERFORM c360._touch_profiles(ARRAY(
            SELECT link.master_profile_id
            FROM unnest(p_statements) AS said
            JOIN cdp_profile_links AS link ON link.raw_profile_id = said.raw_profile_id
        ));
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._note_consents(text, c360.consent_statement[]) IS
    'Keeps statements of consent, as history and as what holds.';
