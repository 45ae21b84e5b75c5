-- What the session wants to be told of what it does itself: all (as ever), summary (one message a statement, with counts) or off, by
-- SET c360.messages. For producers of messages about customers. What is to be told whatever the session says does not ask: erasures,
-- metadata, alerts. A value that is none of the three means all. Raises nothing.

CREATE OR REPLACE FUNCTION c360._message_mode()
    RETURNS text
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN current_setting('c360.messages', true) IN ('off', 'summary') THEN current_setting('c360.messages', true)
        ELSE 'all'
    END;
$$;

COMMENT ON FUNCTION c360._message_mode() IS
    'Whether the session tells all it does to customers, a summary, or nothing: all, summary, off.';
