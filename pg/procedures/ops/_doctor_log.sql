-- One finding when the server may write what people send into its log: statements, parameters, rows of failed statements,
-- values that error messages name. Safe to repeat; reads only. Settings of the database count, settings of roles do not.

CREATE OR REPLACE FUNCTION c360._doctor_log()
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH wanted (name, safe, value) AS (
        VALUES
            ('log_statement', '{none}'::text[], 'none'),
            ('log_min_duration_statement', '{-1}', '-1'),
            ('log_min_duration_sample', '{-1}', '-1'),
            ('log_parameter_max_length', '{0}', '0'),
            ('log_parameter_max_length_on_error', '{0}', '0'),
            ('log_min_error_statement', '{log,fatal,panic}', 'panic'),
            ('log_error_verbosity', '{terse}', 'terse'),
            ('log_min_messages', '{log,fatal,panic}', 'log')
    )
    SELECT
        'warning',
        'log',
        format('The log of the server may hold what people send: %s.',
               string_agg(format('%s = %s', setting.name, setting.setting), ', ' ORDER BY setting.name)),
        'As a superuser, then connect anew: '
            || string_agg(
                format('ALTER DATABASE %I SET %s = %L;', current_database(), setting.name, wanted.value),
                ' ' ORDER BY setting.name
            )
    FROM wanted
    JOIN pg_settings AS setting ON setting.name = wanted.name
    WHERE setting.setting <> ALL (wanted.safe)
    HAVING count(*) > 0;
$$;

COMMENT ON FUNCTION c360._doctor_log() IS 'Finding of c360.doctor() about values in the log of the server.';
