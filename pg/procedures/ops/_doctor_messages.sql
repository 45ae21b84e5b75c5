-- Findings about the message log. Safe to repeat; reads only.

CREATE OR REPLACE FUNCTION c360._doctor_messages(p_now timestamptz)
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        'warning',
        'messages',
        format('%s messages older than four days lie in the default partition, the oldest of %s.', count(*), min(message.created_at)),
        'Maintenance did not make partitions in time: check that "c360 worker" runs.'
    FROM c360.messages_default AS message
    WHERE message.created_at < p_now - interval '4 days'
    HAVING count(*) > 0;
$$;

COMMENT ON FUNCTION c360._doctor_messages(timestamptz) IS 'Findings of c360.doctor() about the message log.';
