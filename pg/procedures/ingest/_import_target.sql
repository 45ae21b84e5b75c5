-- Spells the target of a column the long way: traits.<path>, identifiers.<type>, consents.<purpose>, consent_proof, key, observed_at, source, traits. A bare
-- word is looked up: a trait path, an attribute, an identifier type of the tenant (with a scope after a colon). After a trait or identifier
-- may stand how the value is read: [] splits a list, +1 and +2 join the texts of several columns; after a purpose what the column says:
-- :opted_out, :refusals, :granted_at, :denied_at. NULL: nobody knows the word. Reads only; raises nothing.

CREATE OR REPLACE FUNCTION c360._import_target(p_tenant text, p_target text)
    RETURNS text
    LANGUAGE sql
    STABLE
AS $$
    SELECT CASE
        WHEN p_target IN ('key', 'observed_at', 'source', 'traits', 'consent_proof') THEN p_target
        WHEN starts_with(p_target, 'consents.') AND c360._is_purpose(substr(split_part(p_target, ':', 1), 10))
            AND p_target ~ '^[^:]+(:(opted_out|refusals|granted_at|denied_at))?$' THEN p_target
        ELSE coalesce(
            (
                SELECT known.target || known.reading
                FROM (
                    SELECT
                        c360._spelled_target(p_tenant, c360._target_base(p_target)) AS target,
                        substring(p_target FROM '(?:\[\]|\+[1-9])$') AS reading
                ) AS known
                WHERE known.reading IS NOT NULL
                  AND (starts_with(known.target, 'traits.') OR (starts_with(known.target, 'identifiers.') AND known.reading = '[]'))
            ),
            c360._spelled_target(p_tenant, p_target)
        )
    END;
$$;

COMMENT ON FUNCTION c360._import_target(text, text) IS
    'The target of a column of an import, spelled the long way; NULL when it is unknown.';
