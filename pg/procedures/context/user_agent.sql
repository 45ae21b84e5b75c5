-- Reads a user agent: browser and its version, operating system, type of device (desktop, mobile, tablet, tv, console, bot), and whether
-- it is a program. The first 512 characters count. What nothing is known of is NULL. An iPad that asks for pages as made for a Mac cannot be
-- told from one, and Windows 11 calls itself 10. Words are looked for, and a version behind one: nothing a text says can make it slow.
-- Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360.user_agent(p_user_agent text)
    RETURNS c360.user_agent
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text  text := btrim(left(p_user_agent, 512));
    -- CUBOT makes telephones.
    v_small text := replace(lower(v_text), 'cubot', '');
    v_known jsonb;
    v_agent c360.user_agent;
BEGIN
    IF v_text IS NULL OR v_text = '' THEN
        RETURN NULL;
    END IF;

    SELECT coalesce(jsonb_object_agg(first.kind, jsonb_build_array(first.value, first.version_word)), '{}')
    INTO v_known
    FROM (
        SELECT DISTINCT ON (rule.kind)
            rule.kind,
            rule.value,
            coalesce(rule.version_word, rule.word) AS version_word
        FROM c360._user_agent_rules() AS rule
        WHERE strpos(CASE rule.kind WHEN 'bot' THEN v_small ELSE v_text END, rule.word) > 0
        ORDER BY
            rule.kind,
            rule.rank
    ) AS first;

    v_agent.browser := v_known #>> '{browser,0}';
    v_agent.browser_version := substring(v_text FROM (v_known #>> '{browser,1}') || '([0-9]{1,9}(?:\.[0-9]{1,9}){0,3})');
    v_agent.os := v_known #>> '{os,0}';
    v_agent.os_version := replace(substring(v_text FROM (v_known #>> '{os,1}') || '([0-9]{1,9}(?:[._][0-9]{1,9}){0,3})'), '_', '.');
    IF v_agent.os = 'Windows' THEN
        v_agent.os_version := '{"10.0": "10", "6.3": "8.1", "6.2": "8", "6.1": "7", "6.0": "Vista", "5.1": "XP"}'::jsonb ->> v_agent.os_version;
    END IF;
    v_agent.is_bot := v_known ? 'bot' OR starts_with(v_small, 'whatsapp') OR starts_with(v_small, 'java') OR starts_with(v_small, 'php');
    v_agent.device_type := CASE
        WHEN v_agent.is_bot THEN 'bot'
        WHEN v_known ? 'device' THEN v_known #>> '{device,0}'
        -- Tablets leave out the word Mobile.
        WHEN v_agent.os IN ('Android', 'HarmonyOS') THEN 'tablet'
        WHEN v_agent.os IN ('Windows', 'macOS', 'Linux', 'Chrome OS') THEN 'desktop'
        WHEN v_agent.os IN ('iOS', 'Tizen') THEN 'mobile'
        WHEN v_agent.os IN ('tvOS', 'webOS', 'Roku OS') THEN 'tv'
    END;

    RETURN v_agent;
END;
$$;

COMMENT ON FUNCTION c360.user_agent(text) IS
    'Browser, operating system and type of device of a user agent.';
