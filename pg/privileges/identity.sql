-- Who may call which function of the domains identity and profile.

DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['c360_reader', 'c360_writer', 'c360_admin', 'c360_worker'] LOOP
        CALL c360._grant('EXECUTE ON ROUTINE
            c360.profile(text, text, text),
            c360.explain_profile(text, uuid),
            c360.profile_history(text, uuid),
            c360.profile_as_of(text, uuid, timestamptz),
            c360.identity_status(text),
            c360.match_model(text, bigint),
            c360.match_model_sweep(text, text),
            c360.explain_link(text, text, text),
            c360.link_overrides(text),
            c360.match_reviews(text, text, integer, bigint),
            c360.present_text(text),
            c360.normalise_id(text),
            c360.normalise_email(text),
            c360.normalise_phone(text, text),
            c360.normalise_name(text),
            c360.normalise_date(text, text),
            c360.normalise_gender(text),
            c360.normalise_country(text)', v_role);
    END LOOP;

    FOREACH v_role IN ARRAY ARRAY['c360_writer', 'c360_admin', 'c360_worker'] LOOP
        CALL c360._grant('EXECUTE ON ROUTINE
            c360.resolve_identities(text, integer),
            c360.retry_resolution(text),
            c360.merge_profiles(text, uuid, uuid, text, boolean),
            c360.split_profile(text, uuid, bigint[], text, text, text, boolean),
            c360.set_link_override(text, text, bigint[], bigint[], text, boolean),
            c360.remove_link_override(text, bigint, boolean),
            c360.accept_review(text, bigint, text, boolean),
            c360.reject_review(text, bigint, text, boolean),
            c360.release_attribute(text, uuid, text)', v_role);
    END LOOP;

    FOREACH v_role IN ARRAY ARRAY['c360_admin', 'c360_worker'] LOOP
        CALL c360._grant('EXECUTE ON ROUTINE
            c360.preview_rules(text, jsonb, integer),
            c360.rebuild_identities(text, boolean, integer, integer)', v_role);
    END LOOP;

    CALL c360._grant('EXECUTE ON ROUTINE
        c360.train_match_model(text, text, bigint, integer, boolean)', 'c360_admin');

    CALL c360._grant('EXECUTE ON ROUTINE
        c360.tenants_with_work(),
        c360.list_tenants()', 'c360_worker');
END;
$$;
