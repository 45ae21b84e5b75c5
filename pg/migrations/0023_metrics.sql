-- Why: what follows from golden records is worked out by the worker, one session at a time, taking turns with erasures; orders in other
-- currencies are converted, and refunds are counted.
-- Lock: ACCESS EXCLUSIVE on c360.locks; milliseconds.

ALTER TABLE c360.locks
    DROP CONSTRAINT locks_lock_check,
    ADD CONSTRAINT locks_lock_check CHECK (
        lock IN ('sync', 'metadata', 'resolver', 'scores', 'imports', 'orders', 'sessions', 'profiles')
    );

CREATE TYPE c360.currency_day AS (
    currency  text,
    day       date
);
COMMENT ON TYPE c360.currency_day IS 'A currency on a day of the tenant''s time zone.';

CREATE TYPE c360.currency_rate AS (
    currency  text,
    day       date,
    rate      numeric
);
COMMENT ON TYPE c360.currency_rate IS 'What a unit of a currency is worth from a day on.';
COMMENT ON COLUMN c360.currency_rate.rate IS 'In the default currency of the tenant; NULL takes the rate of that day away.';

-- They answer refunds now.
DROP FUNCTION IF EXISTS c360._purchase_facts(text, uuid[], timestamptz);
DROP FUNCTION IF EXISTS c360._counted_orders(text, text[], timestamptz);

-- It takes the tenant now.
DROP FUNCTION IF EXISTS c360._remove_stray_events(timestamptz, integer);
