-- Everything of a tenant that a dump carries beside the rows of its tables: metadata, which tenant migrations have run, the
-- tables and sequences, and, for whoever restores it to read, who had its roles and which webhooks it had. Hashes of API keys
-- are in it, signing secrets are not. Reads only, on a standby too. For the owner of c360 alone; granted to nobody.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360._dump_tenant(p_tenant text)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_table    record;
    v_rows     jsonb;
    v_metadata jsonb := '{}';
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'read');

    FOR v_table IN
        SELECT *
        FROM c360._metadata_tables()
    LOOP
        EXECUTE format(
            'SELECT coalesce(jsonb_agg(to_jsonb(kept.*)), ''[]'') FROM (SELECT %s FROM c360.%I WHERE tenant = $1) AS kept',
            (SELECT string_agg(quote_ident(listed.name), ', ') FROM unnest(v_table.columns) AS listed (name)),
            v_table.table_name
        )
        INTO v_rows
        USING p_tenant;

        v_metadata := v_metadata || jsonb_build_object(v_table.table_name, v_rows);
    END LOOP;

    RETURN jsonb_build_object(
        'tenant', p_tenant,
        'dumped_at', now(),
        'metadata', v_metadata,
        'migrations', (
            SELECT coalesce(jsonb_agg(release.template ORDER BY release.template COLLATE "C"), '[]')
            FROM c360.tenant_releases AS release
            WHERE release.tenant = p_tenant
              AND release.template LIKE 'migrations/%'
        ),
        'tables', (
            SELECT coalesce(jsonb_agg(to_jsonb(listed.*)), '[]')
            FROM c360._tenant_tables(p_tenant) AS listed
        ),
        'sequences', (
            SELECT coalesce(jsonb_agg(to_jsonb(numbered.*) - 'sequence_id'), '[]')
            FROM c360._tenant_sequences(p_tenant) AS numbered
        ),
        'members', (
            SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind.name, 'member', member.rolname)
                            ORDER BY kind.name, member.rolname), '[]')
            FROM unnest(ARRAY['reader', 'writer', 'admin']) AS kind (name)
            JOIN pg_auth_members AS membership
                ON membership.roleid = to_regrole(quote_ident(format('c360_%s_%s', p_tenant, kind.name)))
            JOIN pg_roles AS member ON member.oid = membership.member
            WHERE member.rolname NOT LIKE 'c360\_%'
        ),
        'webhooks', (
            SELECT coalesce(jsonb_agg(
                to_jsonb(status.*) || jsonb_build_object('topics', known.topics, 'types', known.types,
                    'is_ordered', known.is_ordered, 'lane_count', known.lane_count, 'max_in_flight', known.max_in_flight,
                    'timeout_seconds', known.timeout_seconds, 'retry_schedule', known.retry_schedule,
                    'rate_per_second', known.rate_per_second, 'batch_max', known.batch_max, 'max_backlog', known.max_backlog,
                    'max_age', known.max_age, 'condition', known.condition, 'segment', known.segment)
                ORDER BY known.name), '[]')
            FROM c360.subscriptions AS known
            CROSS JOIN LATERAL (
                SELECT
                    known.name,
                    known.url,
                    known.state,
                    (
                        SELECT count(*)
                        FROM c360.deliveries AS delivery
                        WHERE delivery.subscription_id = known.subscription_id
                    ) + (
                        SELECT count(*)
                        FROM c360.parked_deliveries AS parked
                        WHERE parked.subscription_id = known.subscription_id
                    ) AS waiting
            ) AS status
            WHERE known.tenant = p_tenant
        )
    );
END;
$$;

COMMENT ON FUNCTION c360._dump_tenant(text) IS
    'What a dump of a tenant carries beside the rows of its tables, as one document.';
