-- Numbering plans are data now: c360._phone_plans() has those of every country, c360.normalise_phone() reads with them.
-- The code of a country inside an address says how its numbers are read; what a tenant changed stays.
-- Lock: none beyond a row of metadata a tenant; milliseconds.

DROP FUNCTION IF EXISTS c360._phone_plan(text);

UPDATE c360.profile_attributes
SET trait_paths = '{address.country,country,address.countryCode,address.country_code,countryCode,country_code}'
WHERE attribute = 'country'
  AND trait_paths = '{address.country,country,countryCode,country_code}';
