-- Removes what a tenant no longer wants kept, a small step at a time: at most p_limit rows in all, or one partition of events.
-- Call it again while has_more. The workers do; any number at once, also with people: one works at a kind, the others skip it.
-- p_kind NULL goes through all kinds. A dry run counts everything that would go at p_at, which may be in the future, and
-- changes nothing. Nothing comes back. Safe to repeat.
-- Answers {tenant, at, dry_run, has_more, kinds: {kind: {before, removed, partitions, is_busy, is_postponed}}}: kinds that
-- are kept for ever are not there; is_postponed means that somebody uses the data just now and the next call tries again.
-- Raises: U4404, U4423 of the tenant; U4430 retention_invalid

CREATE OR REPLACE FUNCTION c360.apply_retention(
    p_tenant  text,
    p_kind    text DEFAULT NULL,
    p_at      timestamptz DEFAULT now(),
    p_dry_run boolean DEFAULT false,
    p_limit   integer DEFAULT 5000
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET lock_timeout = '200ms'
AS $$
DECLARE
    v_kind  record;
    v_step  jsonb;
    v_left  bigint := p_limit;
    v_more  boolean := false;
    v_kinds jsonb := '{}';
BEGIN
    PERFORM c360._use_tenant(p_tenant, CASE WHEN p_dry_run THEN 'read' ELSE 'write' END);

    IF p_kind IS NOT NULL THEN
        PERFORM c360._check_retention_kind(p_kind);
    END IF;
    PERFORM c360._check_retention_time(p_at, p_dry_run, p_limit);

    FOR v_kind IN
        SELECT
            effective.kind,
            p_at - effective.keep AS before
        FROM c360._retention(p_tenant) AS effective
        WHERE effective.keep IS NOT NULL
          AND (p_kind IS NULL OR effective.kind = p_kind)
        ORDER BY effective.place
    LOOP
        IF v_left < 1 THEN
            v_more := true;
            EXIT;
        END IF;

        v_step := CASE
            WHEN p_dry_run THEN c360._retain(p_tenant, v_kind.kind, v_kind.before, true, p_limit, '{}')
            ELSE c360._retention_step(p_tenant, v_kind.kind, v_kind.before, v_left::integer)
        END;
        v_more := v_more OR coalesce((v_step ->> 'has_more')::boolean, false);
        v_kinds := v_kinds || jsonb_build_object(
            v_kind.kind,
            jsonb_build_object('before', v_kind.before) || v_step - 'has_more'
        );

        IF NOT p_dry_run THEN
            v_left := v_left - (v_step ->> 'removed')::bigint;
        END IF;
    END LOOP;

    RETURN jsonb_build_object(
        'tenant', p_tenant,
        'at', p_at,
        'dry_run', p_dry_run,
        'has_more', v_more,
        'kinds', v_kinds
    );
END;
$$;

COMMENT ON FUNCTION c360.apply_retention(text, text, timestamptz, boolean, integer) IS
    'Removes what a tenant no longer wants kept, a step at a time while has_more; a dry run counts what would go.';
