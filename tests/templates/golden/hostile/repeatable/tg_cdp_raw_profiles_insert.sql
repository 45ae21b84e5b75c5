-- Somebody who loads observations with COPY or INSERT gets them resolved, but those of erased persons, which are taken back.
-- Functions write their queue rows themselves and say so with c360.internal_write, so that nothing is queued twice.
CREATE OR REPLACE FUNCTION tenant_select_2.tg_cdp_raw_profiles_insert()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, tenant_select_2, pg_temp
AS $$
DECLARE
    v_refused bytea[];
BEGIN
    IF coalesce(current_setting('c360.internal_write', true), '') <> 'on' THEN
        PERFORM c360._hold_off_erasure();
        v_refused := c360._refuse_suppressed(ARRAY(SELECT loaded.raw_profile_id FROM loaded));

        INSERT INTO tenant_select_2.cdp_resolution_queue (raw_profile_id)
        SELECT loaded.raw_profile_id
        FROM loaded
        WHERE loaded.content_hash <> ALL (v_refused)
        ORDER BY loaded.raw_profile_id;
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION tenant_select_2.tg_cdp_raw_profiles_insert() IS
    'Queues observations that people load directly.';

CREATE OR REPLACE TRIGGER cdp_raw_profiles_insert
    AFTER INSERT ON tenant_select_2.cdp_raw_profiles
    REFERENCING NEW TABLE AS loaded
    FOR EACH STATEMENT
    EXECUTE FUNCTION tenant_select_2.tg_cdp_raw_profiles_insert();
