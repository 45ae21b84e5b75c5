-- Why: what a tenant may write into metadata is bounded before it becomes SQL or a regular expression that runs as the owner.
-- Lock: SHARE ROW EXCLUSIVE on two small tables while they are read once; milliseconds. What stands there already stays as it is.

ALTER TABLE c360.blocked_values
    ADD CONSTRAINT blocked_values_pattern_length_check CHECK (length(pattern) <= 200) NOT VALID,
    ADD CONSTRAINT blocked_values_pattern_repeat_check CHECK (pattern !~ '\{[0-9,]*[0-9]{3}') NOT VALID;

ALTER TABLE c360.match_rules
    ADD CONSTRAINT match_rules_definition_length_check CHECK (length(definition::text) <= 65536) NOT VALID;
