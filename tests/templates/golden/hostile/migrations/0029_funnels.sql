-- Why: whoever draws a funnel reads a row a day and step, however many events there were. Lock: new tables only; milliseconds.

CREATE TABLE tenant_select_2.cdp_report_funnels (
    funnel    text    NOT NULL,
    day       date    NOT NULL,
    step      integer NOT NULL,
    profiles  bigint  NOT NULL,
    CONSTRAINT cdp_report_funnels_pkey PRIMARY KEY (funnel, day, step)
) WITH (fillfactor = 70);
COMMENT ON TABLE tenant_select_2.cdp_report_funnels IS 'How many golden records came to each step of the funnels of the tenant, by the day on which they began. A step to which nobody came has no row. Erased persons stay in the figures.';
COMMENT ON COLUMN tenant_select_2.cdp_report_funnels.day IS 'Of the first step, in the time zone of the tenant; later steps may be on other days. Who begins on two days counts on both.';
COMMENT ON COLUMN tenant_select_2.cdp_report_funnels.step IS 'From 1.';

CREATE TABLE tenant_select_2.cdp_report_funnel_parts (
    master_profile_id  uuid    NOT NULL,
    funnel             text    NOT NULL,
    day                date    NOT NULL,
    reached            integer NOT NULL,
    CONSTRAINT cdp_report_funnel_parts_pkey PRIMARY KEY (master_profile_id, funnel, day)
) WITH (fillfactor = 80);
COMMENT ON TABLE tenant_select_2.cdp_report_funnel_parts IS 'How far each golden record came in each funnel: when that changes, the figures change by the difference. Not for readers. Derived by the worker, so without a foreign key.';

CREATE TABLE tenant_select_2.cdp_report_funnel_states (
    funnel     text        NOT NULL,
    steps      text[]      NOT NULL,
    within     text        NOT NULL,
    kept_from  timestamptz NOT NULL DEFAULT '-infinity',
    filled_to  uuid        NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    is_filled  boolean     NOT NULL DEFAULT false,
    CONSTRAINT cdp_report_funnel_states_pkey PRIMARY KEY (funnel)
);
COMMENT ON TABLE tenant_select_2.cdp_report_funnel_states IS 'The funnels that are counted, as they were when counting began: another one now, and it begins anew.';
COMMENT ON COLUMN tenant_select_2.cdp_report_funnel_states.kept_from IS 'Events received before may have been removed by retention: days before stay as they are.';
COMMENT ON COLUMN tenant_select_2.cdp_report_funnel_states.filled_to IS 'How far golden records have been gone through when the funnel was new.';
