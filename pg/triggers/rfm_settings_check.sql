-- RFM segments that leave a cell without a name, or give it two, are refused where they are written, whoever writes them and however.
-- Raises: U3410 rfm_invalid

CREATE OR REPLACE FUNCTION c360.tg_rfm_settings_check()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._check_rfm_segments(new_row.segments)
    FROM new_rows AS new_row;

    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360.tg_rfm_settings_check() IS
    'Refuses RFM segments unless each cell has exactly one name.';

CREATE OR REPLACE TRIGGER rfm_settings_check_insert
    AFTER INSERT ON c360.rfm_settings
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_rfm_settings_check();

CREATE OR REPLACE TRIGGER rfm_settings_check_update
    AFTER UPDATE ON c360.rfm_settings
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_rfm_settings_check();
