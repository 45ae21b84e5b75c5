-- Why: what golden records add to the figures of each day, and how far they came in a funnel, travels between functions.
-- Lock: new types only.

CREATE TYPE c360.report_part AS (
    master_profile_id  uuid,
    day                date,
    events             bigint,
    orders             bigint,
    revenue            numeric,
    refunds            bigint,
    refunded_value     numeric
);
COMMENT ON TYPE c360.report_part IS 'What a golden record adds to the figures of a day.';
COMMENT ON COLUMN c360.report_part.day IS 'In the time zone of the tenant; of orders and their refunds the day of the order.';
COMMENT ON COLUMN c360.report_part.revenue IS 'Refunds taken off, in the default currency of the tenant, in major units.';
COMMENT ON COLUMN c360.report_part.refunded_value IS 'What refunds took off.';

CREATE TYPE c360.funnel_place AS (
    master_profile_id  uuid,
    occurred_at        timestamptz,
    entered_at         timestamptz
);
COMMENT ON TYPE c360.funnel_place IS 'An event by which a golden record came to a step of a funnel.';
COMMENT ON COLUMN c360.funnel_place.entered_at IS 'The latest event of the first step from which it came here.';
