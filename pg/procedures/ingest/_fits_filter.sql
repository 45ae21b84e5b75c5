-- Says whether a rejected event is one of those a filter means. Written to be inlined into the condition of a query, which then sees
-- the members that are there and an index for them: no SET clause, and all columns as arguments. A message id that is none is not
-- compared, because nobody is shown it.

CREATE OR REPLACE FUNCTION c360._fits_filter(
    p_filter             c360.rejected_filter,
    p_rejected_event_id  bigint,
    p_code               text,
    p_source             text,
    p_message_id         text,
    p_received_at        timestamptz,
    p_payload            text
)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT ((p_filter).ids IS NULL OR p_rejected_event_id = ANY ((p_filter).ids))
       AND ((p_filter).codes IS NULL OR p_code = ANY ((p_filter).codes))
       AND ((p_filter).sources IS NULL OR p_source = ANY ((p_filter).sources))
       AND ((p_filter).since IS NULL OR p_received_at >= (p_filter).since)
       AND ((p_filter).until IS NULL OR p_received_at < (p_filter).until)
       AND ((p_filter).event_names IS NULL OR c360._sent_event_name(p_payload) = ANY ((p_filter).event_names))
       AND ((p_filter).message_ids IS NULL OR (p_message_id = ANY ((p_filter).message_ids) AND c360._has_message_id(p_payload)));
$$;

COMMENT ON FUNCTION c360._fits_filter(c360.rejected_filter, bigint, text, text, text, timestamptz, text) IS
    'Whether a rejected event is one of those a filter means.';
