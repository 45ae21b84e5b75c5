-- Who may call which function of the domain governance.

CALL c360._grant('EXECUTE ON ROUTINE
    c360.list_tenants(),
    c360.tenant_metadata(text),
    c360.tenant_state(text),
    c360.mask_value(text),
    c360.mask_value(text[]),
    c360.mask_value(jsonb),
    c360.mask_value(anyelement)', 'c360_reader');

CALL c360._grant('EXECUTE ON ROUTINE c360.count_values(text, text, text, text)', 'c360_admin');
