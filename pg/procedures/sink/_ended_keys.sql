-- Keys whose messages an erasure ends: of the message that tells it the golden records or, in c360-behavioral-events, the observations of the
-- person; of a message that was emptied its own key. NULL for any other message.

CREATE OR REPLACE FUNCTION c360._ended_keys(
    p_topic text,
    p_type  text,
    p_key   text,
    p_body  text
)
    RETURNS text[]
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN p_type <> 'profile.erased' THEN NULL
        WHEN p_key IS DISTINCT FROM p_body::jsonb #>> '{data,profile_id}' THEN ARRAY[p_key]
        ELSE ARRAY[p_key] || ARRAY(
            SELECT jsonb_array_elements_text(
                p_body::jsonb #> CASE
                    WHEN p_topic = 'c360-behavioral-events' THEN '{data,raw_profile_ids}'::text[]
                    ELSE '{data,merged_profile_ids}'::text[]
                END
            )
        )
    END;
$$;

COMMENT ON FUNCTION c360._ended_keys(text, text, text, text) IS
    'Keys whose messages are to be forgotten after a message about an erasure.';
