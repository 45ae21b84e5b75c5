-- Who may call which function of the domain governance.

DO $$
BEGIN
    PERFORM c360._grant_execute(
        'c360_reader',
        'c360.list_tenants()',
        'c360.tenant_metadata(text)',
        'c360.tenant_state(text)',
        'c360.mask_value(text)',
        'c360.mask_value(text[])',
        'c360.mask_value(jsonb)',
        'c360.mask_value(anyelement)'
    );

    PERFORM c360._grant_execute('c360_admin', 'c360.count_values(text, text, text, text)');
END;
$$;
