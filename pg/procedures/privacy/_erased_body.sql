-- The body of profile.erased: ids only. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erased_body(
    p_tenant text,
    p_person c360.person,
    p_mode   text,
    p_at     timestamptz
)
    RETURNS text
    LANGUAGE sql
    STABLE
AS $$
    SELECT c360._message_body(
        'profile.erased',
        p_tenant,
        p_at,
        jsonb_build_object(
            'profile_id', (p_person).master_profile_ids[1],
            'merged_profile_ids', to_jsonb((p_person).master_profile_ids[2:]),
            'raw_profile_ids', to_jsonb((p_person).raw_profile_ids),
            'mode', p_mode
        )
    );
$$;

COMMENT ON FUNCTION c360._erased_body(text, c360.person, text, timestamptz) IS
    'The text of a profile.erased message.';
