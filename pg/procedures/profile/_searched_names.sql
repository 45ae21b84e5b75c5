-- The names of a golden record as one expression on the row `golden`: the text of the index that the template search_names makes.
-- Names that are masked are not among them, so that nobody finds out by searching. NULL where a tenant has none. Reads only.

CREATE OR REPLACE FUNCTION c360._searched_names(p_tenant text)
    RETURNS text
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        'c360._search_form(''''::text' || string_agg(
            format(' || '' ''::text || coalesce(golden.%I, ''''::text)', described.attribute), '' ORDER BY described.attribute COLLATE "C"
        ) || ')'
    FROM c360.profile_attributes AS described
    WHERE described.tenant = p_tenant
      AND described.status = 'active'
      AND described.normaliser = 'name'
      AND described.data_type = 'text'
      AND described.maintained_by NOT IN ('activity', 'scoring')
      AND NOT EXISTS (
          SELECT
          FROM c360._masked_attributes(p_tenant) AS masked
          WHERE masked.attribute = described.attribute
      )
      AND EXISTS (
          SELECT
          FROM pg_attribute AS made
          WHERE made.attrelid = to_regclass(format('%I.cdp_master_profiles', 'tenant_' || p_tenant))
            AND made.attname = described.attribute
            AND made.atttypid = 'text'::regtype
            AND NOT made.attisdropped
      );
$$;

COMMENT ON FUNCTION c360._searched_names(text) IS
    'The names of a golden record that can be searched, as SQL.';
