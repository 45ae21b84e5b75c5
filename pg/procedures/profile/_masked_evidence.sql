-- Evidence of a link or a merge as people may see it: values hidden where their identifier types are masked, and what a person
-- wrote about a decision without the masked values of those it is about. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._masked_evidence(
    p_tenant   text,
    p_evidence jsonb
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    RETURN p_evidence
        || coalesce(
            (
                SELECT jsonb_object_agg(named.value_key, c360._masked_value(p_evidence -> named.value_key))
                FROM (
                    VALUES
                        ('identifier_type', 'value'),
                        ('survivor_identifier_type', 'survivor_value')
                ) AS named (type_key, value_key)
                WHERE split_part(p_evidence ->> named.type_key, ':', 1) = ANY (c360._masked_identifier_types(p_tenant))
            ),
            '{}'
        )
        || CASE
            WHEN p_evidence ? 'reason'
                THEN jsonb_build_object(
                    'reason',
                    c360._masked_note(
                        p_tenant,
                        p_evidence ->> 'reason',
                        c360._override_members((p_evidence ->> 'link_override_id')::bigint)
                    )
                )
            ELSE '{}'
        END;
END;
$$;

COMMENT ON FUNCTION c360._masked_evidence(text, jsonb) IS
    'Evidence of a link or a merge as people may see it.';
