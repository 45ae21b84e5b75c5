-- Why a version of a golden record came to be, as people may see it: evidence of merges and notes of people without masked
-- values. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._masked_reason(
    p_tenant text,
    p_reason jsonb
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    RETURN p_reason
        || CASE
            WHEN p_reason ? 'evidence'
                THEN jsonb_build_object('evidence', c360._masked_evidence(p_tenant, p_reason -> 'evidence'))
            ELSE '{}'
        END
        || CASE
            WHEN p_reason ? 'decision'
                THEN jsonb_build_object('decision', c360._masked_evidence(p_tenant, p_reason -> 'decision'))
            ELSE '{}'
        END
        || CASE
            WHEN p_reason ? 'merged'
                THEN jsonb_build_object(
                    'merged',
                    (
                        SELECT jsonb_agg(
                            merge.item || jsonb_build_object('evidence', c360._masked_evidence(p_tenant, merge.item -> 'evidence'))
                            ORDER BY merge.place
                        )
                        FROM jsonb_array_elements(p_reason -> 'merged') WITH ORDINALITY AS merge (item, place)
                    )
                )
            ELSE '{}'
        END;
END;
$$;

COMMENT ON FUNCTION c360._masked_reason(text, jsonb) IS
    'Why a version of a golden record came to be, as people may see it.';
