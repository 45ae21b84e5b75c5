-- Numbering plans are data now: c360._phone_plans() has those of every country, c360.normalise_phone() reads with them.
-- Takes no lock on tables.

DROP FUNCTION IF EXISTS c360._phone_plan(text);
