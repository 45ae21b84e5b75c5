-- What golden records add to the figures of each day: events as cdp_activity_days counts them, orders as _purchase_entries() does, also
-- those dated later than now, so that nothing changes because time goes by. Nothing of ids that are no more. Trusts the search_path.
-- Reads by index.

CREATE OR REPLACE FUNCTION c360._report_parts_of(p_tenant text, p_master_profile_ids uuid[])
    RETURNS SETOF c360.report_part
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_zone     text;
    v_exponent integer;
BEGIN
    SELECT
        tenant.time_zone,
        c360._currency_exponent(tenant.default_currency)
    INTO
        v_zone,
        v_exponent
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    RETURN QUERY
    WITH said AS (
        SELECT
            link.master_profile_id,
            own.day,
            own.kept_count + own.past_count AS events,
            0 AS orders,
            0::numeric AS net_minor,
            0::bigint AS refunds,
            0::numeric AS refunded_minor
        FROM cdp_profile_links AS link
        JOIN cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
        WHERE link.master_profile_id = ANY (p_master_profile_ids)
        UNION ALL
        SELECT
            entry.master_profile_id,
            (entry.occurred_at AT TIME ZONE v_zone)::date,
            0,
            1,
            CASE WHEN entry.is_other_currency THEN 0 ELSE coalesce(entry.net_minor, 0) END,
            coalesce(entry.refund_count, 0),
            CASE WHEN entry.is_other_currency THEN 0 ELSE coalesce(entry.whole_minor - entry.net_minor, 0) END
        FROM c360._purchase_entries(p_tenant, p_master_profile_ids, 'infinity') AS entry
        WHERE entry.is_order
    )
    SELECT
        said.master_profile_id,
        said.day,
        sum(said.events)::bigint,
        sum(said.orders)::bigint,
        round(sum(said.net_minor) / power(10::numeric, v_exponent), v_exponent),
        sum(said.refunds)::bigint,
        round(sum(said.refunded_minor) / power(10::numeric, v_exponent), v_exponent)
    FROM said
    GROUP BY
        said.master_profile_id,
        said.day
    HAVING sum(said.events) + sum(said.orders) > 0;
END;
$$;

COMMENT ON FUNCTION c360._report_parts_of(text, uuid[]) IS
    'What golden records add to the figures of each day.';
