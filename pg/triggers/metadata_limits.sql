-- A tenant has no more metadata than can be compiled and run in good time; refused where it is written, whoever writes it.
-- Raises: U4419 metadata_limit

CREATE OR REPLACE FUNCTION c360.tg_metadata_limits()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_over record;
BEGIN
    EXECUTE format(
        'SELECT counted.tenant, counted.count, bound.most, bound.what, bound.reason
        FROM (SELECT held.tenant, count(*) AS count FROM c360.%I AS held GROUP BY held.tenant) AS counted
        JOIN c360._metadata_limits() AS bound ON bound.table_name = %L AND counted.count > bound.most
        WHERE counted.tenant = ANY ($1)
        ORDER BY counted.tenant
        LIMIT 1',
        TG_TABLE_NAME, TG_TABLE_NAME
    )
    USING ARRAY(SELECT DISTINCT added.tenant FROM new_rows AS added)
    INTO v_over;

    IF v_over.tenant IS NOT NULL THEN
        RAISE EXCEPTION 'tenant "%" would have % %', v_over.tenant, v_over.count, v_over.what
            USING ERRCODE = 'U4419',
                  DETAIL = format('At most %s: %s', v_over.most, v_over.reason),
                  HINT = 'Remove what is not used any more.';
    END IF;

    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360.tg_metadata_limits() IS
    'Refuses more metadata than a tenant may have.';

DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY[
        'profile_attributes', 'identifier_types', 'match_rules', 'blocked_values', 'computed_traits', 'segments', 'subscriptions', 'jobs', 'funnels',
        'topic_consumers', 'consent_purposes', 'activation_rules'
    ] LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER metadata_limits AFTER INSERT ON c360.%I REFERENCING NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION c360.tg_metadata_limits()',
            v_table
        );
    END LOOP;
END;
$$;
