-- What models of purchases need to know of golden records that bought until p_as_of: these, or all when p_ids is NULL. Columns as those of
-- cdp_purchase_histories, beside how many orders count without a value. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._purchase_histories(
    p_tenant text,
    p_ids    uuid[],
    p_as_of  timestamptz
)
    RETURNS TABLE (
        master_profile_id     uuid,
        purchase_days         integer,
        first_day             date,
        last_day              date,
        priced_repeats        integer,
        repeat_value          numeric,
        recount_on            date,
        unpriced_orders       bigint,
        other_currency_orders bigint
    )
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT
        bought.master_profile_id,
        count(*)::integer,
        min(bought.day),
        max(bought.day),
        count(bought.value) FILTER (WHERE bought.is_repeat)::integer,
        coalesce(sum(bought.value) FILTER (WHERE bought.is_repeat), 0),
        min(bought.next_day),
        sum(bought.unpriced_orders)::bigint,
        sum(bought.other_currency_orders)::bigint
    FROM (
        SELECT
            own.*,
            own.day > min(own.day) OVER (PARTITION BY own.master_profile_id) AS is_repeat
        FROM c360._purchase_days(p_tenant, p_ids, p_as_of) AS own
    ) AS bought
    GROUP BY bought.master_profile_id;
END;
$$;

COMMENT ON FUNCTION c360._purchase_histories(text, uuid[], timestamptz) IS
    'What models of purchases need to know of golden records.';
