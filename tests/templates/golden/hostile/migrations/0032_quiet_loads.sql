-- Why: who loads millions of observations says whether all that becomes of them is told; the resolver reads it with each row of its queue.
-- Lock: ACCESS EXCLUSIVE on the queue; milliseconds, nothing is rewritten.

ALTER TABLE tenant_select_2.cdp_resolution_queue
    ADD COLUMN messages text DEFAULT CASE
        WHEN current_setting('c360.messages', true) IN ('off', 'summary') THEN current_setting('c360.messages', true)
    END,
    ADD CONSTRAINT cdp_resolution_queue_messages_check CHECK (messages IN ('off', 'summary'));
COMMENT ON COLUMN tenant_select_2.cdp_resolution_queue.messages IS 'What c360.messages was in the session that queued the row: off, summary, or NULL for all. What becomes of it is told so.';
