-- Why: what erasing a person hands from step to step, and whether a tenant keeps erased persons out.
-- Lock: a new type; ACCESS EXCLUSIVE on c360.tenants for a column with a constant default: milliseconds.

CREATE TYPE c360.identifier AS (
    identifier_type  text,
    value            text
);
COMMENT ON TYPE c360.identifier IS 'An identifier in the form it is compared in.';

CREATE TYPE c360.person AS (
    raw_profile_ids     bigint[],
    master_profile_ids  uuid[],
    identifiers         c360.identifier[],
    texts               text[]
);
COMMENT ON TYPE c360.person IS 'Somebody who is to be erased: what is theirs and nobody else''s.';
COMMENT ON COLUMN c360.person.raw_profile_ids IS 'All observations: linked ones, and those that wait for the resolver and hold an identifier of the person.';
COMMENT ON COLUMN c360.person.master_profile_ids IS 'The golden record, then those that were merged into it.';
COMMENT ON COLUMN c360.person.identifiers IS 'Identifiers that no other golden record holds.';
COMMENT ON COLUMN c360.person.texts IS 'What to look for in documents: these identifiers in small letters, as compared and as sent, those long enough to mean nobody else.';

ALTER TABLE c360.tenants
    ADD COLUMN keeps_erased_out boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN c360.tenants.keeps_erased_out IS 'Erasing a person leaves keyed hashes of their strong identifiers, by which what names them later is refused. false: they may come back like anybody.';
