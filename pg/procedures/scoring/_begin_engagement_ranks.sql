-- Notes that all golden records have to be worked out anew where engagement is counted in another way than cdp_engagement_ranks knows, and those
-- whose events of the future have come. Nothing while the tenant has no table for it. Trusts the search_path and the lock of profiles. Safe to
-- repeat.

CREATE OR REPLACE FUNCTION c360._begin_engagement_ranks(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_settings jsonb;
    v_today    date;
BEGIN
    IF to_regclass('cdp_engagement_ranks') IS NULL THEN
        RETURN;
    END IF;

    SELECT
        to_jsonb(counted.*) - '{today,before}'::text[],
        counted.today
    INTO
        v_settings,
        v_today
    FROM c360.engagement_settings(p_tenant) AS counted;

    INSERT INTO cdp_engagement_states AS state (settings)
    VALUES (v_settings)
    ON CONFLICT (is_only) DO UPDATE
    SET settings = excluded.settings
    WHERE state.settings <> excluded.settings;

    IF FOUND THEN
        UPDATE cdp_touch_states
        SET filled_to = DEFAULT,
            is_filled = false;
    END IF;

    PERFORM c360._touch_profiles(ARRAY(
        SELECT ranked.master_profile_id
        FROM cdp_engagement_ranks AS ranked
        WHERE ranked.recount_on <= v_today
    ));
END;
$$;

COMMENT ON FUNCTION c360._begin_engagement_ranks(text) IS
    'Notes golden records whose rank by engagement has to be worked out anew.';
