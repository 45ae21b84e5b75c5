-- Settings of a score that cannot be right are refused where they are written, whoever writes them and however.
-- Raises: U3411 score_settings_invalid

CREATE OR REPLACE FUNCTION c360.tg_score_settings_check()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._check_score_settings(new_row.score, new_row.settings)
    FROM new_rows AS new_row;

    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360.tg_score_settings_check() IS
    'Refuses settings of a score that cannot be right.';

CREATE OR REPLACE TRIGGER score_settings_check_insert
    AFTER INSERT ON c360.score_settings
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_score_settings_check();

CREATE OR REPLACE TRIGGER score_settings_check_update
    AFTER UPDATE ON c360.score_settings
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_score_settings_check();
