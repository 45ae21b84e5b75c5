-- A match rule that cannot be right is refused where it is written, whoever writes it and however; not when customers arrive.
-- Raises: U4416 match_rule_invalid

CREATE OR REPLACE FUNCTION c360.tg_match_rules_check()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_wrong record;
BEGIN
    SELECT
        new_row.rule,
        found.problem
    INTO v_wrong
    FROM new_rows AS new_row
    CROSS JOIN LATERAL (
        SELECT CASE new_row.kind
            WHEN 'composite' THEN c360._composite_rule_problem(new_row.tenant, new_row.definition)
            ELSE c360._scored_rule_problem(new_row.tenant, new_row.definition)
        END AS problem
        OFFSET 0
    ) AS found
    WHERE found.problem IS NOT NULL
    ORDER BY
        new_row.tenant COLLATE "C",
        new_row.rule COLLATE "C"
    LIMIT 1;

    IF FOUND THEN
        RAISE EXCEPTION 'match rule "%" cannot be right: %: %',
                v_wrong.rule, v_wrong.problem ->> 'where', v_wrong.problem ->> 'what'
            USING ERRCODE = 'U4416',
                  HINT = v_wrong.problem ->> 'hint';
    END IF;

    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360.tg_match_rules_check() IS
    'Refuses match rules whose definition cannot be right.';

CREATE OR REPLACE TRIGGER match_rules_check_insert
    AFTER INSERT ON c360.match_rules
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_match_rules_check();

CREATE OR REPLACE TRIGGER match_rules_check_update
    AFTER UPDATE ON c360.match_rules
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_match_rules_check();
