-- Names the shape of a request body: one event, a list of events, or a batch with context. NULL: none of them.
-- p_type: one of the six event types takes one object; batch and import take many; NULL takes all three shapes.

CREATE OR REPLACE FUNCTION c360._body_shape(p_type text, p_body_typeof text, p_batch_typeof text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN p_type NOT IN ('batch', 'import') THEN CASE p_body_typeof WHEN 'object' THEN 'one' END
        WHEN p_body_typeof = 'array' THEN 'list'
        WHEN p_batch_typeof = 'array' THEN 'batch'
        WHEN p_body_typeof = 'object' AND p_batch_typeof IS NULL AND p_type IS NULL THEN 'one'
    END;
$$;

COMMENT ON FUNCTION c360._body_shape(text, text, text) IS
    'one, list or batch, from the JSON types of a body and of its member batch; NULL when it is no set of events.';
