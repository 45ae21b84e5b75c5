-- What is wrong with how a tenant says it tells of subscriptions; NULL when nothing is. Pure.

CREATE OR REPLACE FUNCTION c360._subscription_problem(p_settings jsonb)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_names CONSTANT text[] := '{started,renewed,cancelled,id,price}';
BEGIN
    IF jsonb_typeof(p_settings) IS DISTINCT FROM 'object'
       OR p_settings - (c_names || '{period,grace_days,renews_by_itself}'::text[]) <> '{}'
    THEN
        RETURN 'it is {"started", "renewed", "cancelled": event names, "period": "1 month", "grace_days": number, '
            '"renews_by_itself": boolean, "id", "price": names of properties}';
    ELSIF EXISTS (
        SELECT
        FROM jsonb_each(p_settings) AS said
        WHERE said.key = ANY (c_names)
          AND (jsonb_typeof(said.value) <> 'string' OR said.value IN ('""'::jsonb))
    ) THEN
        RETURN 'events and properties are named by a text';
    ELSIF (
        SELECT count(DISTINCT event.name) < 3
        FROM (
            VALUES
                (coalesce(p_settings ->> 'started', 'Subscription Started')),
                (coalesce(p_settings ->> 'renewed', 'Subscription Renewed')),
                (coalesce(p_settings ->> 'cancelled', 'Subscription Cancelled'))
        ) AS event (name)
    ) THEN
        RETURN 'started, renewed and cancelled are three events';
    ELSIF coalesce(p_settings ->> 'period', '1 month') !~ '^[1-9][0-9]{0,2} (day|week|month|year)s?$'
       OR jsonb_typeof(coalesce(p_settings -> 'period', '""')) <> 'string'
    THEN
        RETURN 'period is such as "1 month", "7 days" or "1 year"';
    ELSIF NOT c360._is_whole_number_between(coalesce(p_settings -> 'grace_days', '7'), 0, 365) THEN
        RETURN 'grace_days is a whole number from 0 to 365';
    ELSIF jsonb_typeof(coalesce(p_settings -> 'renews_by_itself', 'false')) <> 'boolean' THEN
        RETURN 'renews_by_itself is true or false';
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360._subscription_problem(jsonb) IS
    'What cannot be right in settings of subscriptions.';
