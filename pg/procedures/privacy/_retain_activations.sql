-- Removes decisions of rules of activation made before a time, at most p_limit; a dry run counts them all. Contacts that the cap or once_per of a
-- rule still counts stay, however short decisions are kept, and every decision until two days after what it was about expired: as long as it could
-- be noted again. By which ids providers know them goes with them. Trusts the search_path. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._retain_activations(
    p_tenant  text,
    p_before  timestamptz,
    p_dry_run boolean,
    p_limit   integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_past uuid[];
BEGIN
    IF to_regclass('cdp_activations') IS NULL THEN
        RETURN '{"removed": 0}';
    END IF;

    WITH counting AS MATERIALIZED (
        SELECT
            stated.rule,
            stated.definition ->> 'channel' AS channel,
            (stated.definition ->> 'once_per')::interval AS once_per,
            (stated.definition #>> '{cap,within}')::interval AS within
        FROM c360.activation_rules AS stated
        WHERE stated.tenant = p_tenant
          AND stated.definition ?| '{once_per,cap}'
    )
    SELECT coalesce(array_agg(found.activation_id), '{}')
    INTO v_past
    FROM (
        SELECT past.activation_id
        FROM cdp_activations AS past
        WHERE past.decided_at < p_before
          AND coalesce(past.expires_at, past.decided_at) < now() - interval '2 days'
          AND NOT (
              past.is_requested
              AND EXISTS (
                  SELECT
                  FROM counting
                  WHERE (counting.rule = past.rule AND past.decided_at > now() - counting.once_per)
                     OR (counting.channel = past.channel AND past.decided_at > now() - counting.within)
              )
          )
        ORDER BY past.decided_at
        LIMIT CASE WHEN NOT p_dry_run THEN p_limit END
    ) AS found;

    IF NOT p_dry_run THEN
        DELETE FROM cdp_sent_messages AS sent
        WHERE sent.activation_id = ANY (v_past);

        DELETE FROM cdp_activations AS past
        WHERE past.activation_id = ANY (v_past);
    END IF;

    RETURN jsonb_build_object('removed', cardinality(v_past)) || CASE
        WHEN p_dry_run THEN '{}'
        ELSE jsonb_build_object('has_more', cardinality(v_past) = p_limit)
    END;
END;
$$;

COMMENT ON FUNCTION c360._retain_activations(text, timestamptz, boolean, integer) IS
    'Removes old decisions of rules of activation that nothing counts any more.';
