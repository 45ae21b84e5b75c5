-- The values that link nobody in a new tenant: placeholders, test addresses, mailboxes that belong to no person.
-- Facts only; a tenant changes its own copy. Patterns are matched over the whole normalised value, whatever its case.

CREATE OR REPLACE FUNCTION c360._default_blocked_values()
    RETURNS TABLE (
        identifier_type text,
        pattern         text,
        reason          text
    )
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('*', '[0.-]*', 'empty, zeros and dashes stand for nothing'),
        ('*', '-1', 'placeholder of databases'),
        ('*', 'null|nil|none|nan|undefined|void', 'absent value that was turned into text'),
        ('*', '\[object object\]', 'JavaScript object that was turned into text'),
        ('*', 'n/?a|unknown|unspecified|not[ _-]?(set|available|provided)', 'absent value in words'),
        ('*', 'anonymous|anon|guest|visitor', 'nobody in particular'),
        ('*', 'test|tester|testing|demo|example|sample|dummy', 'test data'),
        ('*', 'true|false', 'flag in the wrong place'),
        ('*', '0{8}-0{4}-0{4}-0{4}-0{12}', 'nil UUID'),
        ('*', 'x+|\?+|\*+', 'redacted value'),
        ('email', '(test|tester|testing|demo|null|none|na|unknown|anonymous|guest)@.*', 'test or placeholder address'),
        ('email', '(no-?reply|do-?not-?reply)([+._-].*)?@.*', 'mailbox that nobody reads'),
        ('email', '.*@(localhost|.*\.invalid)', 'addresses that cannot exist'),
        ('phone', '\+?(\d{0,4})?0{7,}', 'zeros instead of a number'),
        ('phone', '\+?\d{0,3}(1{7,}|2{7,}|3{7,}|4{7,}|5{7,}|6{7,}|7{7,}|8{7,}|9{7,})', 'one digit repeated'),
        ('phone', '\+?\d{0,3}(1234567890?|0?123456789|987654321|0987654321)', 'digits in counting order');
$$;

COMMENT ON FUNCTION c360._default_blocked_values() IS
    'Identifier values of a new tenant that link nobody, with the reason.';
