-- Somebody who edits a golden record with UPDATE gets a version in the history under their name, a message from the
-- resolver, and an edit that survives every rebuild: it is kept as an override of the attribute. To give an attribute
-- back to the observations: c360.release_attribute().
CREATE OR REPLACE FUNCTION tenant_select_2.tg_cdp_master_profiles_update()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, tenant_select_2, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    v_edits jsonb;
BEGIN
    IF coalesce(current_setting('c360.internal_write', true), '') = 'on' THEN
        RETURN NULL;
    END IF;

    SELECT jsonb_object_agg(edited.master_profile_id, edited.attributes)
    INTO v_edits
    FROM (
        SELECT
            after.master_profile_id,
            jsonb_object_agg(attribute.name, attribute.value) AS attributes
        FROM after
        JOIN before ON before.master_profile_id = after.master_profile_id
        CROSS JOIN LATERAL (
            VALUES
                ('status', to_jsonb(before.status), to_jsonb(after.status)),
                ('select', to_jsonb(before."select"), to_jsonb(after."select")),
                ('order', to_jsonb(before."order"), to_jsonb(after."order")),
                ('table', to_jsonb(before."table"), to_jsonb(after."table")),
                ('user', to_jsonb(before."user"), to_jsonb(after."user")),
                ('group', to_jsonb(before."group"), to_jsonb(after."group")),
                ('position', to_jsonb(before."position"), to_jsonb(after."position")),
                ('values', to_jsonb(before."values"), to_jsonb(after."values")),
                ('all', to_jsonb(before."all"), to_jsonb(after."all")),
                ('end', to_jsonb(before."end"), to_jsonb(after."end")),
                ('new', to_jsonb(before.new), to_jsonb(after.new)),
                ('old', to_jsonb(before.old), to_jsonb(after.old)),
                ('master', to_jsonb(before.master), to_jsonb(after.master)),
                ('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', to_jsonb(before.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx), to_jsonb(after.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx))
        ) AS attribute (name, before, value)
        WHERE attribute.before IS DISTINCT FROM attribute.value
        GROUP BY after.master_profile_id
    ) AS edited;

    IF v_edits IS NULL THEN
        RETURN NULL;
    END IF;

    PERFORM set_config('c360.internal_write', 'on', true);

    UPDATE tenant_select_2.cdp_master_profiles AS master
    SET version = master.version + 1,
        updated_at = clock_timestamp()
    WHERE master.master_profile_id IN (SELECT edited.id::uuid FROM jsonb_object_keys(v_edits) AS edited (id));

    PERFORM set_config('c360.internal_write', '', true);

    INSERT INTO tenant_select_2.cdp_attribute_overrides AS override (raw_profile_id, attribute, value, set_at, set_by)
    SELECT
        master.founding_raw_profile_id,
        attribute.name,
        attribute.value,
        clock_timestamp(),
        c360._actor()
    FROM jsonb_each(v_edits) AS edited (id, attributes)
    JOIN tenant_select_2.cdp_master_profiles AS master ON master.master_profile_id = edited.id::uuid
    CROSS JOIN LATERAL jsonb_each(edited.attributes) AS attribute (name, value)
    WHERE attribute.name <> 'status'
    ON CONFLICT (raw_profile_id, attribute) DO UPDATE
    SET value = excluded.value,
        set_at = excluded.set_at,
        set_by = excluded.set_by;

    INSERT INTO tenant_select_2.cdp_profile_history (master_profile_id, version, change, profile, valid_from, changed_by, reason)
    SELECT
        master.master_profile_id,
        master.version,
        'edited',
        c360._profile_document(to_jsonb(master.*)),
        clock_timestamp(),
        c360._actor(),
        jsonb_build_object(
            'changed',
            (SELECT jsonb_agg(attribute.name ORDER BY attribute.name) FROM jsonb_object_keys(edited.attributes) AS attribute (name))
        )
    FROM jsonb_each(v_edits) AS edited (id, attributes)
    JOIN tenant_select_2.cdp_master_profiles AS master ON master.master_profile_id = edited.id::uuid;

    INSERT INTO tenant_select_2.cdp_resolution_queue (master_profile_id, is_edited)
    SELECT
        edited.id::uuid,
        true
    FROM jsonb_object_keys(v_edits) AS edited (id);

    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION tenant_select_2.tg_cdp_master_profiles_update() IS
    'Keeps what people write into golden records: override, history, message.';

CREATE OR REPLACE TRIGGER cdp_master_profiles_update
    AFTER UPDATE ON tenant_select_2.cdp_master_profiles
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT
    EXECUTE FUNCTION tenant_select_2.tg_cdp_master_profiles_update();

-- People and the resolver lock many golden records, each in its own order. So that neither can end in a deadlock, an edit
-- waits for the batch the resolver is at, and the resolver answers busy while the transaction of an edit is open. Edits do
-- not wait for each other here. Nobody but the owner can take the lock, hence SECURITY DEFINER.
CREATE OR REPLACE FUNCTION tenant_select_2.tg_cdp_master_profiles_before_update()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(current_setting('c360.internal_write', true), '') <> 'on' THEN
        PERFORM c360._hold_lock('select_2', 'resolver', p_is_shared => true);
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION tenant_select_2.tg_cdp_master_profiles_before_update() IS
    'Lets edits of golden records and the resolver take turns.';

CREATE OR REPLACE TRIGGER cdp_master_profiles_before_update
    BEFORE UPDATE ON tenant_select_2.cdp_master_profiles
    FOR EACH STATEMENT
    EXECUTE FUNCTION tenant_select_2.tg_cdp_master_profiles_before_update();
