-- Drops the compiled condition of a webhook. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._drop_filter_function(
    p_tenant          text,
    p_subscription_id uuid
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET client_min_messages = warning
AS $$
BEGIN
    EXECUTE format(
        'DROP FUNCTION IF EXISTS %I.%I(c360.judged_message[], timestamptz, uuid[])',
        'tenant_' || p_tenant, c360._filter_function(p_subscription_id)
    );
END;
$$;

COMMENT ON FUNCTION c360._drop_filter_function(text, uuid) IS
    'Drops the compiled condition of a webhook.';
