-- Why: whoever draws a chart of days reads one row a day, however many events it had. What was there before is worked out a step at a
-- time. Lock: new tables only; milliseconds.

CREATE TABLE tenant_plain.cdp_report_queue (
    queue_id           bigint GENERATED ALWAYS AS IDENTITY,
    master_profile_id  uuid   NOT NULL,
    CONSTRAINT cdp_report_queue_pkey PRIMARY KEY (queue_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
COMMENT ON TABLE tenant_plain.cdp_report_queue IS 'Golden records whose days changed since the reports were refreshed, and those that are no more.';

CREATE TABLE tenant_plain.cdp_report_states (
    is_only   boolean NOT NULL DEFAULT true,
    currency  text    NOT NULL,
    CONSTRAINT cdp_report_states_pkey PRIMARY KEY (is_only),
    CONSTRAINT cdp_report_states_is_only_check CHECK (is_only)
);
COMMENT ON TABLE tenant_plain.cdp_report_states IS 'The currency that money in reports is in; one row.';

CREATE TABLE tenant_plain.cdp_report_parts (
    master_profile_id  uuid    NOT NULL,
    day                date    NOT NULL,
    events             bigint  NOT NULL,
    orders             bigint  NOT NULL,
    revenue            numeric NOT NULL,
    refunds            bigint  NOT NULL,
    refunded_value     numeric NOT NULL,
    CONSTRAINT cdp_report_parts_pkey PRIMARY KEY (master_profile_id, day)
) WITH (fillfactor = 80);
COMMENT ON TABLE tenant_plain.cdp_report_parts IS 'What each golden record adds to the figures of a day: when it changes, the figures change by the difference. Not for readers. Derived by the worker, so without a foreign key.';

CREATE TABLE tenant_plain.cdp_report_days (
    day                 date    NOT NULL,
    events              bigint  NOT NULL,
    active_profiles     bigint  NOT NULL,
    new_profiles        bigint  NOT NULL,
    returning_profiles  bigint  NOT NULL GENERATED ALWAYS AS (active_profiles - new_profiles) STORED,
    orders              bigint  NOT NULL,
    revenue             numeric NOT NULL,
    refunds             bigint  NOT NULL,
    refunded_value      numeric NOT NULL,
    CONSTRAINT cdp_report_days_pkey PRIMARY KEY (day)
) WITH (fillfactor = 70);
COMMENT ON TABLE tenant_plain.cdp_report_days IS 'Figures of all golden records by day. A day on which nothing happened has no row; report_days() fills the gaps. Erased persons stay in the figures.';
COMMENT ON COLUMN tenant_plain.cdp_report_days.day IS 'In the time zone of the tenant, by when it happened, not by when it arrived.';
COMMENT ON COLUMN tenant_plain.cdp_report_days.events IS 'Also those that retention has removed since.';
COMMENT ON COLUMN tenant_plain.cdp_report_days.active_profiles IS 'Golden records with an event or an order on that day.';
COMMENT ON COLUMN tenant_plain.cdp_report_days.new_profiles IS 'Those of them for which it was the first day.';
COMMENT ON COLUMN tenant_plain.cdp_report_days.returning_profiles IS 'Those of them who had been active on an earlier day.';
COMMENT ON COLUMN tenant_plain.cdp_report_days.orders IS 'Each counted, also refunded ones and those without a value.';
COMMENT ON COLUMN tenant_plain.cdp_report_days.revenue IS 'Orders of the day minus their refunds, whenever these came, in the default currency of the tenant, in major units.';
COMMENT ON COLUMN tenant_plain.cdp_report_days.refunds IS 'Refunds of the orders of the day, whenever they came.';
COMMENT ON COLUMN tenant_plain.cdp_report_days.refunded_value IS 'What these refunds took off; with revenue it is what was ordered.';

CREATE TABLE tenant_plain.cdp_report_cohorts (
    cohort           date    NOT NULL,
    months_after     integer NOT NULL,
    active_profiles  bigint  NOT NULL,
    buyers           bigint  NOT NULL,
    CONSTRAINT cdp_report_cohorts_pkey PRIMARY KEY (cohort, months_after),
    CONSTRAINT cdp_report_cohorts_cohort_check CHECK (extract(day FROM cohort) = 1),
    CONSTRAINT cdp_report_cohorts_months_after_check CHECK (months_after >= 0)
) WITH (fillfactor = 70);
COMMENT ON TABLE tenant_plain.cdp_report_cohorts IS 'Golden records by the month of their first day: how many of them were active, and how many bought, so many months later. Erased persons stay in the figures.';
COMMENT ON COLUMN tenant_plain.cdp_report_cohorts.cohort IS 'First day of the month.';
COMMENT ON COLUMN tenant_plain.cdp_report_cohorts.months_after IS 'Calendar months after that one; 0 is the month itself.';
COMMENT ON COLUMN tenant_plain.cdp_report_cohorts.active_profiles IS 'With an event or an order in the month; in month 0 this is the whole cohort.';
COMMENT ON COLUMN tenant_plain.cdp_report_cohorts.buyers IS 'With an order in the month.';

CREATE TABLE tenant_plain.cdp_report_rfm (
    day        date        NOT NULL,
    segment    text        NOT NULL,
    place      integer     NOT NULL,
    customers  bigint      NOT NULL,
    orders     bigint      NOT NULL,
    revenue    numeric     NOT NULL,
    taken_at   timestamptz NOT NULL,
    CONSTRAINT cdp_report_rfm_pkey PRIMARY KEY (day, segment)
);
COMMENT ON TABLE tenant_plain.cdp_report_rfm IS 'The RFM segments as they were on each day on which reports were refreshed. Past days are not worked out anew; for that ask rfm_summary().';
COMMENT ON COLUMN tenant_plain.cdp_report_rfm.place IS 'Order of the segments.';
COMMENT ON COLUMN tenant_plain.cdp_report_rfm.orders IS 'Of the customers of the segment, in the window of the tenant.';
COMMENT ON COLUMN tenant_plain.cdp_report_rfm.revenue IS 'Of these orders, refunds taken off, in the default currency of the tenant then.';

CREATE TABLE tenant_plain.cdp_report_clv (
    day                 date             NOT NULL,
    decile              integer          NOT NULL,
    customers           bigint           NOT NULL,
    expected_purchases  double precision NOT NULL,
    clv                 double precision,
    months              integer          NOT NULL,
    is_validated        boolean          NOT NULL,
    taken_at            timestamptz      NOT NULL,
    CONSTRAINT cdp_report_clv_pkey PRIMARY KEY (day, decile),
    CONSTRAINT cdp_report_clv_decile_check CHECK (decile BETWEEN 1 AND 10)
);
COMMENT ON TABLE tenant_plain.cdp_report_clv IS 'Tenths of the customers by what cdp_clv expected of them, as it was on each day on which reports were refreshed; no rows while there is no fit.';
COMMENT ON COLUMN tenant_plain.cdp_report_clv.decile IS '1 is the tenth that is expected to bring most. By clv; by expected_purchases where the fit has no model of spend.';
COMMENT ON COLUMN tenant_plain.cdp_report_clv.expected_purchases IS 'Of all customers of the decile together.';
COMMENT ON COLUMN tenant_plain.cdp_report_clv.clv IS 'Of all customers of the decile together; NULL where the fit has no model of spend.';
COMMENT ON COLUMN tenant_plain.cdp_report_clv.months IS 'How far these look ahead.';
COMMENT ON COLUMN tenant_plain.cdp_report_clv.is_validated IS 'The fit had been judged by time it did not know.';

CREATE TABLE tenant_plain.cdp_report_segments (
    day       date        NOT NULL,
    segment   text        NOT NULL,
    members   bigint      NOT NULL,
    taken_at  timestamptz NOT NULL,
    CONSTRAINT cdp_report_segments_pkey PRIMARY KEY (day, segment)
);
COMMENT ON TABLE tenant_plain.cdp_report_segments IS 'How many members each segment had, on each day on which reports were refreshed.';
