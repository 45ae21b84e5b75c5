-- Removes a tenant's messages written before a time out of the log it shares with all tenants, once they have been sent to
-- everybody who wants them; a dry run counts them all. Only where the tenant keeps them shorter than their topics do: all
-- other messages go with their partition.
-- A step looks at a stretch of the log, about four times p_limit messages of all tenants, and removes at most p_limit. The cursor is {at, again}: where this run goes on, and the
-- first message it had to leave, where the next run begins. Safe to repeat, from any position.

CREATE OR REPLACE FUNCTION c360._retain_messages(
    p_tenant  text,
    p_before  timestamptz,
    p_dry_run boolean,
    p_limit   integer,
    p_cursor  jsonb
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_from    timestamptz := (p_cursor ->> 'at')::timestamptz;
    v_until   timestamptz;
    v_removed bigint;
    v_last    timestamptz;
    v_again   timestamptz;
BEGIN
    IF p_dry_run THEN
        SELECT count(*)
        INTO v_removed
        FROM c360._past_messages(p_tenant, '-infinity', p_before) AS past
        WHERE past.is_done;

        RETURN jsonb_build_object('removed', v_removed);
    END IF;

    IF NOT c360._may_remove_messages(p_tenant) THEN
        RETURN jsonb_build_object('removed', 0, 'is_postponed', true);
    END IF;

    PERFORM c360._trim_feeds(p_before + policy.keep, p_tenant)
    FROM c360.retention_policies AS policy
    WHERE policy.tenant = p_tenant
      AND policy.kind = 'messages';

    v_from := coalesce(v_from, (SELECT min(message.created_at) FROM c360.messages AS message), p_before);
    v_until := c360._message_stretch(v_from, p_before, 4 * p_limit);

    WITH past AS MATERIALIZED (
        SELECT listed.*
        FROM c360._past_messages(p_tenant, v_from, v_until) AS listed
    ),
    chosen AS MATERIALIZED (
        SELECT
            past.created_at,
            past.seq
        FROM past
        WHERE past.is_done
        ORDER BY
            past.created_at,
            past.seq
        LIMIT p_limit
    ),
    removed AS (
        DELETE FROM c360.messages AS message
        USING chosen
        WHERE message.created_at = chosen.created_at
          AND message.seq = chosen.seq
          AND message.created_at >= v_from
          AND message.created_at < v_until
        RETURNING 1
    )
    SELECT
        (SELECT count(*) FROM removed),
        (SELECT max(chosen.created_at) FROM chosen),
        (SELECT min(past.created_at) FROM past WHERE NOT past.is_done)
    INTO
        v_removed,
        v_last,
        v_again;

    v_again := least(v_again, (p_cursor ->> 'again')::timestamptz);
    v_from := CASE WHEN v_removed = p_limit THEN v_last ELSE greatest(v_from, v_until) END;

    IF v_from < p_before THEN
        RETURN jsonb_build_object(
            'removed', v_removed,
            'has_more', true,
            'cursor', jsonb_strip_nulls(jsonb_build_object('at', v_from, 'again', v_again))
        );
    END IF;

    RETURN jsonb_build_object(
        'removed', v_removed,
        'has_more', false,
        'cursor', jsonb_build_object('at', coalesce(v_again, v_from))
    );
END;
$$;

COMMENT ON FUNCTION c360._retain_messages(text, timestamptz, boolean, integer, jsonb) IS
    'Removes a tenant''s messages of before a time that have been sent to everybody who wants them.';
