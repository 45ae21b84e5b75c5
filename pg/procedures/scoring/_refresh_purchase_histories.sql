-- Brings cdp_purchase_histories up to date for these golden records, which may be gone, or for all when p_ids is NULL; those whose
-- future orders have come due are among them. Writes only rows that differ; answers how many. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._refresh_purchase_histories(p_tenant text, p_ids uuid[])
    RETURNS bigint
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_today   date;
    v_ids     uuid[];
    v_changed bigint;
BEGIN
    IF to_regclass('cdp_purchase_histories') IS NULL THEN
        RETURN 0;
    END IF;

    SELECT (now() AT TIME ZONE tenant.time_zone)::date
    INTO v_today
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    IF p_ids IS NOT NULL THEN
        v_ids := ARRAY(
            SELECT listed.id
            FROM unnest(p_ids) AS listed (id)
            UNION
            SELECT due.master_profile_id
            FROM cdp_purchase_histories AS due
            WHERE due.recount_on <= v_today
        );
    END IF;

    WITH fresh AS MATERIALIZED (
        SELECT *
        FROM c360._purchase_histories(p_tenant, v_ids, now())
    ),
    removed AS (
        DELETE FROM cdp_purchase_histories AS kept
        WHERE (v_ids IS NULL OR kept.master_profile_id = ANY (v_ids))
          AND NOT EXISTS (SELECT FROM fresh WHERE fresh.master_profile_id = kept.master_profile_id)
        RETURNING 1
    ),
    written AS (
        INSERT INTO cdp_purchase_histories AS kept (
            master_profile_id, purchase_days, first_day, last_day, priced_repeats, repeat_value, recount_on
        )
        SELECT
            fresh.master_profile_id,
            fresh.purchase_days,
            fresh.first_day,
            fresh.last_day,
            fresh.priced_repeats,
            fresh.repeat_value,
            fresh.recount_on
        FROM fresh
        ORDER BY fresh.master_profile_id
        ON CONFLICT (master_profile_id) DO UPDATE
        SET purchase_days = excluded.purchase_days,
            first_day = excluded.first_day,
            last_day = excluded.last_day,
            priced_repeats = excluded.priced_repeats,
            repeat_value = excluded.repeat_value,
            recount_on = excluded.recount_on
        WHERE (kept.*) IS DISTINCT FROM (excluded.*)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM removed) + (SELECT count(*) FROM written)
    INTO v_changed;

    RETURN v_changed;
END;
$$;

COMMENT ON FUNCTION c360._refresh_purchase_histories(text, uuid[]) IS
    'Brings what models need to know of golden records up to date.';
