-- Removes statements of consent of before a time that a later one of the same observation about the same purpose replaced, at most
-- p_limit; a dry run counts them all. What holds does not change. Trusts the search_path. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._retain_consents(
    p_before  timestamptz,
    p_dry_run boolean,
    p_limit   integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_past bigint[];
BEGIN
    IF to_regclass('cdp_consents') IS NULL THEN
        RETURN '{"removed": 0}';
    END IF;

    v_past := ARRAY(
        SELECT said.consent_id
        FROM cdp_consents AS said
        WHERE said.last_said_at < p_before
          AND EXISTS (
              SELECT
              FROM cdp_consents AS later
              WHERE later.raw_profile_id = said.raw_profile_id
                AND later.purpose = said.purpose
                AND (later.last_said_at, later.consent_id) > (said.last_said_at, said.consent_id)
          )
        ORDER BY said.last_said_at
        LIMIT CASE WHEN NOT p_dry_run THEN p_limit END
    );

    IF NOT p_dry_run THEN
        DELETE FROM cdp_consents AS said
        WHERE said.consent_id = ANY (v_past);
    END IF;

    RETURN jsonb_build_object('removed', cardinality(v_past)) || CASE
        WHEN p_dry_run THEN '{}'
        ELSE jsonb_build_object('has_more', cardinality(v_past) = p_limit)
    END;
END;
$$;

COMMENT ON FUNCTION c360._retain_consents(timestamptz, boolean, integer) IS
    'Removes statements of consent that later ones replaced.';
