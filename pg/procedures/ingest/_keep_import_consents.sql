-- Keeps what rows of an import say of consents, on the observations they are. What a column of times says counts from
-- that time, and once. What a row says without a time of its own counts once: as a
-- no from the import on, as a yes from the beginning of time, so that a list that is imported every night takes back no objection. A no
-- that the source turns into again, after a yes or another content, is a new one.
-- Trusts the search_path and that the observations are there.

CREATE OR REPLACE FUNCTION c360._keep_import_consents(
    p_tenant     text,
    p_import_id  bigint,
    p_rows       c360.import_consent[]
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
            raw.raw_profile_id,
            said.purpose,
            said.is_granted,
            CASE
                WHEN said.own_time IS NOT NULL THEN least(said.own_time, now())
                WHEN item.is_stated THEN least(item.said_at, now())
                WHEN said.is_granted THEN timestamptz '1970-01-01 00:00:00Z'
                ELSE item.said_at
            END,
            item.source,
            'import',
            coalesce(item.proof, said.place, ''),
            '',
            (SELECT import.started_by FROM cdp_imports AS import WHERE import.import_id = p_import_id),
            false
        )::c360.consent_statement
        FROM unnest(p_rows) AS item
        CROSS JOIN LATERAL (
            SELECT own.raw_profile_id
            FROM cdp_raw_profiles AS own
            WHERE own.content_hash = item.content_hash
            OFFSET 0
        ) AS raw
        CROSS JOIN LATERAL (
            SELECT
                answer.value ->> 'purpose' AS purpose,
                (answer.value ->> 'is')::boolean AS is_granted,
                (answer.value ->> 'at')::timestamptz AS own_time,
                answer.value ->> 'by' AS place
            FROM jsonb_array_elements(item.consents) AS answer (value)
        ) AS said
        WHERE item.state NOT LIKE 'U%'
          AND item.state <> 'suppressed'
          AND (
              (item.is_stated AND said.own_time IS NULL)
              OR NOT EXISTS (
                  SELECT
                  FROM cdp_consents AS known
                  WHERE known.raw_profile_id = raw.raw_profile_id
                    AND known.purpose = said.purpose
                    AND known.is_granted = said.is_granted
                    AND known.method = 'import'
                    AND known.source = item.source
                    AND (said.own_time IS NULL OR known.last_said_at >= least(said.own_time, now()))
                    -- Unless it said something else since.
                    AND NOT (
                        said.own_time IS NULL
                        AND (
                            (item.state = 'changed' AND NOT said.is_granted)
                            OR EXISTS (
                                SELECT
                                FROM cdp_consents AS turned
                                WHERE turned.raw_profile_id = raw.raw_profile_id
                                  AND turned.purpose = said.purpose
                                  AND turned.is_granted <> said.is_granted
                                  AND turned.method = 'import'
                                  AND turned.source = item.source
                                  AND turned.recorded_at > known.recorded_at
                            )
                        )
                    )
              )
          )
    );

    IF v_statements <> '{}' THEN
        PERFORM c360._note_consents(p_tenant, v_statements);
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._keep_import_consents(text, bigint, c360.import_consent[]) IS
    'Keeps what rows of an import say of consents.';
