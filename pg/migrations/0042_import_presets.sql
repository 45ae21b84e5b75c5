-- Why: imports know presets, and tell what normalisers refuse.
-- Lock: none but on functions; milliseconds.

DROP FUNCTION IF EXISTS c360.import_raw_profiles(name, regclass, jsonb, text, text, boolean, boolean, boolean, boolean, timestamptz);
DROP FUNCTION IF EXISTS c360._import_mapping(text, text, jsonb, jsonb, text, boolean);
DROP FUNCTION IF EXISTS c360._import_options(text, jsonb, jsonb);
DROP FUNCTION IF EXISTS c360._import_holds(text, jsonb, text);
COMMENT ON TYPE c360.import_consent IS 'What a row of an import says of consents: [{purpose, is, at, by}].';
