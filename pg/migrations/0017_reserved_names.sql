-- Why: what an answer about a golden record says of itself must not be the name of an attribute; valid_from, of profile_as_of(), was missing.
-- Lock: ACCESS EXCLUSIVE on a small table, milliseconds. An attribute of that name stays as it is until somebody changes or retires it.

ALTER TABLE c360.profile_attributes
    ADD CONSTRAINT profile_attributes_answer_check CHECK (attribute <> 'valid_from' OR status = 'retired') NOT VALID;
