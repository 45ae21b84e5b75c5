-- Every change of governance metadata is audited and told to subscribers, whoever made it and however; what decides who
-- is who becomes a new version, and what the schema of the tenant is rendered from asks for a sync.
-- Per statement: registering a tenant with all its defaults is one message a table. A table that joins later needs its
-- three triggers here, with the column that names a row within its tenant.

CREATE OR REPLACE FUNCTION c360.tg_metadata_change()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_before jsonb := '[]';
    v_after  jsonb := '[]';
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT coalesce(jsonb_agg(to_jsonb(old_row.*)), '[]')
        INTO v_before
        FROM old_rows AS old_row;
    END IF;

    IF TG_OP <> 'DELETE' THEN
        SELECT coalesce(jsonb_agg(to_jsonb(new_row.*)), '[]')
        INTO v_after
        FROM new_rows AS new_row;
    END IF;

    IF v_before <> v_after THEN
        PERFORM c360._record_metadata_change(TG_TABLE_NAME, TG_ARGV[0], v_before, v_after);

        IF TG_TABLE_NAME IN ('tenants', 'identifier_types', 'blocked_values', 'profile_attributes', 'match_rules') THEN
            PERFORM c360._record_metadata_version(changed.tenant)
            FROM (
                SELECT DISTINCT item ->> 'tenant' AS tenant
                FROM jsonb_array_elements(v_before || v_after) AS item
                ORDER BY tenant
            ) AS changed;
        END IF;

        -- What schemas are rendered from. Of a webhook that is its condition.
        IF TG_TABLE_NAME IN (
            'tenants', 'identifier_types', 'blocked_values', 'profile_attributes', 'match_rules', 'segments',
            'computed_traits', 'score_settings', 'subscriptions'
        ) THEN
            PERFORM c360._request_sync(ARRAY(
                SELECT DISTINCT coalesce(after.item, before.item) ->> 'tenant'
                FROM jsonb_array_elements(v_before) AS before (item)
                FULL JOIN jsonb_array_elements(v_after) AS after (item)
                    ON (after.item ->> 'tenant', after.item ->> TG_ARGV[0])
                        = (before.item ->> 'tenant', before.item ->> TG_ARGV[0])
                WHERE CASE
                    WHEN TG_TABLE_NAME <> 'subscriptions' THEN before.item IS DISTINCT FROM after.item
                    ELSE (before.item -> 'segment', before.item -> 'condition', before.item -> 'name')
                            IS DISTINCT FROM (after.item -> 'segment', after.item -> 'condition', after.item -> 'name')
                        AND (
                            c360._subscription_filter(before.item ->> 'segment', before.item ->> 'condition') IS NOT NULL
                            OR c360._subscription_filter(after.item ->> 'segment', after.item ->> 'condition') IS NOT NULL
                        )
                END
            ));
        END IF;
    END IF;

    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360.tg_metadata_change() IS
    'Audits changed metadata, sends metadata.changed, records versions and asks for syncs; its argument is the column that names a row within its tenant.';

CREATE OR REPLACE TRIGGER tenants_insert
    AFTER INSERT ON c360.tenants
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('tenant');

CREATE OR REPLACE TRIGGER tenants_update
    AFTER UPDATE ON c360.tenants
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('tenant');

CREATE OR REPLACE TRIGGER tenants_delete
    AFTER DELETE ON c360.tenants
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('tenant');

CREATE OR REPLACE TRIGGER identifier_types_insert
    AFTER INSERT ON c360.identifier_types
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('identifier_type');

CREATE OR REPLACE TRIGGER identifier_types_update
    AFTER UPDATE ON c360.identifier_types
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('identifier_type');

CREATE OR REPLACE TRIGGER identifier_types_delete
    AFTER DELETE ON c360.identifier_types
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('identifier_type');

CREATE OR REPLACE TRIGGER profile_attributes_insert
    AFTER INSERT ON c360.profile_attributes
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('attribute');

CREATE OR REPLACE TRIGGER profile_attributes_update
    AFTER UPDATE ON c360.profile_attributes
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('attribute');

CREATE OR REPLACE TRIGGER profile_attributes_delete
    AFTER DELETE ON c360.profile_attributes
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('attribute');

CREATE OR REPLACE TRIGGER blocked_values_insert
    AFTER INSERT ON c360.blocked_values
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('blocked_value_id');

CREATE OR REPLACE TRIGGER blocked_values_update
    AFTER UPDATE ON c360.blocked_values
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('blocked_value_id');

CREATE OR REPLACE TRIGGER blocked_values_delete
    AFTER DELETE ON c360.blocked_values
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('blocked_value_id');

CREATE OR REPLACE TRIGGER match_rules_insert
    AFTER INSERT ON c360.match_rules
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('rule');

CREATE OR REPLACE TRIGGER match_rules_update
    AFTER UPDATE ON c360.match_rules
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('rule');

CREATE OR REPLACE TRIGGER match_rules_delete
    AFTER DELETE ON c360.match_rules
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('rule');

CREATE OR REPLACE TRIGGER segments_insert
    AFTER INSERT ON c360.segments
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('segment');

CREATE OR REPLACE TRIGGER segments_update
    AFTER UPDATE ON c360.segments
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('segment');

CREATE OR REPLACE TRIGGER segments_delete
    AFTER DELETE ON c360.segments
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('segment');

CREATE OR REPLACE TRIGGER computed_traits_insert
    AFTER INSERT ON c360.computed_traits
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('trait');

CREATE OR REPLACE TRIGGER computed_traits_update
    AFTER UPDATE ON c360.computed_traits
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('trait');

CREATE OR REPLACE TRIGGER computed_traits_delete
    AFTER DELETE ON c360.computed_traits
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('trait');

CREATE OR REPLACE TRIGGER api_keys_insert
    AFTER INSERT ON c360.api_keys
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('name');

CREATE OR REPLACE TRIGGER api_keys_update
    AFTER UPDATE ON c360.api_keys
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('name');

CREATE OR REPLACE TRIGGER api_keys_delete
    AFTER DELETE ON c360.api_keys
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('name');

CREATE OR REPLACE TRIGGER subscriptions_insert
    AFTER INSERT ON c360.subscriptions
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('name');

CREATE OR REPLACE TRIGGER subscriptions_update
    AFTER UPDATE ON c360.subscriptions
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('name');

CREATE OR REPLACE TRIGGER subscriptions_delete
    AFTER DELETE ON c360.subscriptions
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('name');

CREATE OR REPLACE TRIGGER retention_policies_insert
    AFTER INSERT ON c360.retention_policies
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('kind');

CREATE OR REPLACE TRIGGER retention_policies_update
    AFTER UPDATE ON c360.retention_policies
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('kind');

CREATE OR REPLACE TRIGGER retention_policies_delete
    AFTER DELETE ON c360.retention_policies
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('kind');

CREATE OR REPLACE TRIGGER jobs_insert
    AFTER INSERT ON c360.jobs
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('job');

CREATE OR REPLACE TRIGGER jobs_update
    AFTER UPDATE ON c360.jobs
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('job');

CREATE OR REPLACE TRIGGER jobs_delete
    AFTER DELETE ON c360.jobs
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('job');

CREATE OR REPLACE TRIGGER funnels_insert
    AFTER INSERT ON c360.funnels
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('funnel');

CREATE OR REPLACE TRIGGER funnels_update
    AFTER UPDATE ON c360.funnels
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('funnel');

CREATE OR REPLACE TRIGGER funnels_delete
    AFTER DELETE ON c360.funnels
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('funnel');

CREATE OR REPLACE TRIGGER activation_rules_insert
    AFTER INSERT ON c360.activation_rules
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('rule');

CREATE OR REPLACE TRIGGER activation_rules_update
    AFTER UPDATE ON c360.activation_rules
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('rule');

CREATE OR REPLACE TRIGGER activation_rules_delete
    AFTER DELETE ON c360.activation_rules
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('rule');

CREATE OR REPLACE TRIGGER consent_purposes_insert
    AFTER INSERT ON c360.consent_purposes
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('purpose');

CREATE OR REPLACE TRIGGER consent_purposes_update
    AFTER UPDATE ON c360.consent_purposes
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('purpose');

CREATE OR REPLACE TRIGGER consent_purposes_delete
    AFTER DELETE ON c360.consent_purposes
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('purpose');

CREATE OR REPLACE TRIGGER rfm_settings_insert
    AFTER INSERT ON c360.rfm_settings
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('tenant');

CREATE OR REPLACE TRIGGER rfm_settings_update
    AFTER UPDATE ON c360.rfm_settings
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('tenant');

CREATE OR REPLACE TRIGGER rfm_settings_delete
    AFTER DELETE ON c360.rfm_settings
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('tenant');

CREATE OR REPLACE TRIGGER score_settings_insert
    AFTER INSERT ON c360.score_settings
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('score');

CREATE OR REPLACE TRIGGER score_settings_update
    AFTER UPDATE ON c360.score_settings
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('score');

CREATE OR REPLACE TRIGGER score_settings_delete
    AFTER DELETE ON c360.score_settings
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_metadata_change('score');
