-- Messages as the condition of a webhook reads them: what they say, and the golden record each is about. That is data.profile_id, or who
-- data.raw_profile_id belongs to; where a record was merged into another one since, that one. Reads only.

CREATE OR REPLACE FUNCTION c360._judged_messages(
    p_tenant   text,
    p_messages c360.outgoing_message[]
)
    RETURNS c360.judged_message[]
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN ARRAY(
        SELECT ROW(
            message.seq,
            message.topic,
            message.type,
            message.key,
            said.data,
            coalesce(
                merged.merged_into,
                named.id,
                (
                    SELECT link.master_profile_id
                    FROM cdp_profile_links AS link
                    WHERE link.raw_profile_id = CASE WHEN pg_input_is_valid(said.data ->> 'raw_profile_id', 'bigint')
                        THEN (said.data ->> 'raw_profile_id')::bigint END
                    LIMIT 1
                )
            )
        )::c360.judged_message
        FROM unnest(p_messages) AS message
        CROSS JOIN LATERAL (SELECT message.body::jsonb -> 'data' AS data) AS said
        CROSS JOIN LATERAL (
            SELECT CASE WHEN pg_input_is_valid(said.data ->> 'profile_id', 'uuid') THEN (said.data ->> 'profile_id')::uuid END AS id
        ) AS named
        LEFT JOIN cdp_master_profiles AS merged
            ON merged.master_profile_id = named.id
            AND merged.status = 'merged'
    );
END;
$$;

COMMENT ON FUNCTION c360._judged_messages(text, c360.outgoing_message[]) IS
    'Messages taken apart, with the golden record each is about.';
