-- Notes who entered and left segments that rules wait for, since it was last called; at most p_limit changes. Nothing while somebody evaluates segments:
-- changes are numbered and committed under that lock, so whoever has it sees all that have lower numbers. What moved people because the
-- condition is new sets nothing off. Trusts the search_path. Answers whether there may be more.

CREATE OR REPLACE FUNCTION c360._note_segment_changes(p_tenant text, p_limit integer)
    RETURNS boolean
    LANGUAGE plpgsql
AS $$
DECLARE
    v_since timestamptz;
    v_from  bigint;
    v_to    bigint;
    v_seen  bigint;
BEGIN
    SELECT min(stated.active_since)
    INTO v_since
    FROM c360.activation_rules AS stated
    WHERE stated.tenant = p_tenant
      AND stated.status = 'active'
      AND stated.definition -> 'when' ?| '{segment_entered,segment_left}';

    -- The first rule that waits for segments begins where it was made, however many changes there were before.
    IF v_since IS NULL THEN
        DELETE FROM cdp_activation_places;
        RETURN false;
    END IF;
    IF to_regclass('cdp_segment_changes') IS NULL OR NOT c360._try_lock(p_tenant, 'segments') THEN
        RETURN false;
    END IF;

    INSERT INTO cdp_activation_places (change_id)
    SELECT coalesce(max(past.change_id), 0)
    FROM (
        SELECT change.change_id
        FROM cdp_segment_changes AS change
        WHERE change.changed_at < v_since
        ORDER BY change.change_id DESC
        LIMIT 1
    ) AS past
    HAVING NOT EXISTS (SELECT FROM cdp_activation_places);

    SELECT place.change_id INTO v_from FROM cdp_activation_places AS place FOR UPDATE;

    SELECT
        max(next.change_id),
        count(*)
    INTO
        v_to,
        v_seen
    FROM (
        SELECT change.change_id
        FROM cdp_segment_changes AS change
        WHERE change.change_id > v_from
        ORDER BY change.change_id
        LIMIT p_limit
    ) AS next;

    IF v_to IS NULL THEN
        RETURN false;
    END IF;

    INSERT INTO cdp_activation_queue (rule, master_profile_id, trigger_key, happened_at, due_at)
    SELECT
        stated.rule,
        change.master_profile_id,
        'change:' || change.change_id,
        change.changed_at,
        change.changed_at
    FROM cdp_segment_changes AS change
    JOIN c360.activation_rules AS stated
        ON stated.tenant = p_tenant
        AND stated.status = 'active'
        AND stated.definition #>> ARRAY['when', 'segment_' || change.change] = change.segment
        AND change.changed_at >= stated.active_since
    WHERE change.change_id > v_from
      AND change.change_id <= v_to
      AND change.reason IN ('event', 'time')
    ORDER BY
        stated.rule,
        change.change_id
    ON CONFLICT (rule, trigger_key) DO NOTHING;

    UPDATE cdp_activation_places
    SET change_id = v_to;

    RETURN v_seen = p_limit;
END;
$$;

COMMENT ON FUNCTION c360._note_segment_changes(text, integer) IS
    'Notes who entered and left segments that rules of activation wait for.';
