-- Why: a list or an object may also be what was said last (most_recent), not only the union of all that was said.
-- Lock: ACCESS EXCLUSIVE on a small table, milliseconds.

ALTER TABLE c360.profile_attributes DROP CONSTRAINT profile_attributes_union_check;
ALTER TABLE c360.profile_attributes
    ADD CONSTRAINT profile_attributes_union_check CHECK (
        CASE WHEN data_type IN ('text[]', 'jsonb') AND maintained_by = 'traits' THEN survivorship IN ('union', 'most_recent') ELSE survivorship <> 'union' END
    );
