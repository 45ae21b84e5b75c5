-- What the values of a column must be for its target, as _import_kind_fits() wants it: the data type of the attribute that reads the trait,
-- text[] where the column is split into a list, else the kind of target; '' for a trait that nothing reads. Reads only.

CREATE OR REPLACE FUNCTION c360._target_need(p_tenant text, p_target text)
    RETURNS text
    LANGUAGE sql
    STABLE
AS $$
    SELECT CASE
        WHEN p_target LIKE '%[]' THEN 'text[]'
        WHEN p_target ~ ':(granted|denied)_at$' THEN 'observed_at'
        WHEN p_target LIKE 'traits.%' THEN coalesce(
            (
                SELECT attribute.data_type
                FROM c360.profile_attributes AS attribute
                WHERE attribute.tenant = p_tenant
                  AND attribute.status = 'active'
                  AND substr(c360._target_base(p_target), 8) = ANY (attribute.trait_paths)
                ORDER BY
                    attribute.position,
                    attribute.attribute
                LIMIT 1
            ),
            ''
        )
        ELSE split_part(p_target, '.', 1)
    END;
$$;

COMMENT ON FUNCTION c360._target_need(text, text) IS
    'What the values of a column of an import must be for its target.';
