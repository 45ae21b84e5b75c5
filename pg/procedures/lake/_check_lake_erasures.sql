-- Refuses what must not happen while a person who was erased is in the lake still. Trusts the search_path.
-- Raises: U4464 lake_differs

CREATE OR REPLACE FUNCTION c360._check_lake_erasures(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT FROM cdp_lake_erasures AS erasure WHERE erasure.done_at IS NULL) THEN
        RAISE EXCEPTION 'persons who were erased are in the lake of tenant "%" still', p_tenant
            USING ERRCODE = 'U4464',
                  HINT = format('Take them out first: c360 lake erase %s', p_tenant);
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_lake_erasures(text) IS
    'Refuses what must not happen while erased persons are in the lake.';
