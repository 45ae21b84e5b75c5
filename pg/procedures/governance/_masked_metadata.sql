-- A document of _identity_metadata() or _tenant_metadata() as readers may see it: the patterns of blocked values of masked identifier
-- types, which may be somebody's, are hidden, conditions of webhooks are left out, and conditions of segments and expressions of traits that name a masked attribute. Reads only.

CREATE OR REPLACE FUNCTION c360._masked_metadata(
    p_tenant   text,
    p_document jsonb
)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (p_document - 'filters') || jsonb_build_object(
        'blocked_values',
        (
            SELECT coalesce(
                jsonb_agg(
                    CASE
                        WHEN blocked.item ->> 'identifier_type' = ANY (c360._masked_identifier_types(p_tenant))
                            THEN blocked.item || '{"pattern": "****", "reason": "****"}'
                        ELSE blocked.item
                    END
                    ORDER BY blocked.place
                ),
                '[]'
            )
            FROM jsonb_array_elements(p_document -> 'blocked_values') WITH ORDINALITY AS blocked (item, place)
        )
    ) || CASE WHEN p_document ? 'segments' THEN jsonb_build_object(
        'segments',
        (
            SELECT coalesce(
                jsonb_agg(
                    stated.item || jsonb_build_object(
                        'condition', c360._shown_condition(p_tenant, stated.item ->> 'condition')
                    )
                    ORDER BY stated.place
                ),
                '[]'
            )
            FROM jsonb_array_elements(p_document -> 'segments') WITH ORDINALITY AS stated (item, place)
        ),
        'traits',
        (
            SELECT coalesce(
                jsonb_agg(
                    stated.item || jsonb_build_object(
                        'expression', c360._shown_condition(p_tenant, stated.item ->> 'expression')
                    )
                    ORDER BY stated.place
                ),
                '[]'
            )
            FROM jsonb_array_elements(p_document -> 'traits') WITH ORDINALITY AS stated (item, place)
        )
    ) ELSE '{}' END;
$$;

COMMENT ON FUNCTION c360._masked_metadata(text, jsonb) IS
    'Identity metadata with the blocked values of masked identifier types hidden.';
