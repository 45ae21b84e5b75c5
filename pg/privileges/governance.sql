-- Who may call which function of the domain governance.

CALL c360._grant('EXECUTE ON ROUTINE
    c360.list_tenants(),
    c360.tenant_metadata(text),
    c360.tenant_state(text),
    c360.metadata_history(text, integer),
    c360.metadata_version(text, integer),
    c360.mask_value(text),
    c360.mask_value(text[]),
    c360.mask_value(jsonb),
    c360.mask_value(anyelement)', 'c360_reader');

CALL c360._grant('EXECUTE ON ROUTINE
    c360.count_values(text, text, text, text),
    c360.tenant_blueprint(text),
    c360.set_match_rule(text, text, text, jsonb, integer, boolean, text),
    c360.remove_match_rule(text, text)', 'c360_admin');
