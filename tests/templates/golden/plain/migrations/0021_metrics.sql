-- Why: what follows from golden records is worked out for those that changed alone. What was there before is worked out a step at a
-- time. Lock: new tables only; milliseconds.

CREATE TABLE tenant_plain.cdp_touched_profiles (
    touch_id           bigint GENERATED ALWAYS AS IDENTITY,
    master_profile_id  uuid   NOT NULL,
    CONSTRAINT cdp_touched_profiles_pkey PRIMARY KEY (touch_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
COMMENT ON TABLE tenant_plain.cdp_touched_profiles IS 'Golden records whose links, attributes, events or scores changed, and those that are no more: merged, split, erased. Appended in the transaction of the change, deleted in the one that works out what follows.';

CREATE TABLE tenant_plain.cdp_touch_states (
    is_only    boolean NOT NULL DEFAULT true,
    filled_to  uuid    NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    is_filled  boolean NOT NULL DEFAULT false,
    time_zone  text,
    currency   text,
    CONSTRAINT cdp_touch_states_pkey PRIMARY KEY (is_only),
    CONSTRAINT cdp_touch_states_is_only_check CHECK (is_only)
);
COMMENT ON TABLE tenant_plain.cdp_touch_states IS 'How far what follows from golden records has been worked out for all of them; one row.';
COMMENT ON COLUMN tenant_plain.cdp_touch_states.time_zone IS 'That of the tenant then; another one now, and all golden records are worked out anew. So is the currency.';

CREATE TABLE tenant_plain.cdp_activity_days (
    raw_profile_id  bigint NOT NULL,
    day             date   NOT NULL,
    event_name      text   NOT NULL,
    kept_count      bigint NOT NULL,
    past_count      bigint NOT NULL DEFAULT 0,
    CONSTRAINT cdp_activity_days_pkey PRIMARY KEY (raw_profile_id, day, event_name),
    CONSTRAINT cdp_activity_days_kept_count_check CHECK (kept_count >= 0),
    CONSTRAINT cdp_activity_days_past_count_check CHECK (past_count >= 0)
) WITH (fillfactor = 80);
COMMENT ON TABLE tenant_plain.cdp_activity_days IS 'Events per observation, day and event name, so that windows are counted when they are asked for and nothing is rewritten at night. Follows the observation through merge and split. Derived by the worker, so without a foreign key.';
COMMENT ON COLUMN tenant_plain.cdp_activity_days.day IS 'In the time zone of the tenant, by when the event happened.';
COMMENT ON COLUMN tenant_plain.cdp_activity_days.event_name IS 'Name of a track event, otherwise the type (page, screen, identify, group, alias).';
COMMENT ON COLUMN tenant_plain.cdp_activity_days.kept_count IS 'Events that are still there.';
COMMENT ON COLUMN tenant_plain.cdp_activity_days.past_count IS 'Events that retention has removed since; they go on counting, on the day they had then.';

CREATE TABLE tenant_plain.cdp_activity_states (
    raw_profile_id   bigint      NOT NULL,
    accounted_count  bigint      NOT NULL,
    last_at          timestamptz,
    past_to          timestamptz NOT NULL DEFAULT '-infinity',
    time_zone        text        NOT NULL,
    CONSTRAINT cdp_activity_states_pkey PRIMARY KEY (raw_profile_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE tenant_plain.cdp_activity_states IS 'How far the days of an observation have been counted.';
COMMENT ON COLUMN tenant_plain.cdp_activity_states.accounted_count IS 'What cdp_activity counted then; more now, and some events are new.';
COMMENT ON COLUMN tenant_plain.cdp_activity_states.last_at IS 'The latest event that was counted.';
COMMENT ON COLUMN tenant_plain.cdp_activity_states.past_to IS 'Events received before are in past_count, whether they are still there or not.';

CREATE TABLE tenant_plain.cdp_metric_values (
    master_profile_id      uuid        NOT NULL,
    first_seen_at          timestamptz,
    last_seen_at           timestamptz,
    last_known_channel     text,
    total_sessions         bigint      NOT NULL,
    total_events           bigint      NOT NULL,
    total_orders           bigint      NOT NULL,
    total_revenue          numeric,
    avg_order_value        numeric,
    total_refunds          bigint      NOT NULL,
    refunded_value         numeric,
    first_purchase_at      timestamptz,
    last_purchase_at       timestamptz,
    unpriced_orders        bigint      NOT NULL,
    other_currency_orders  bigint      NOT NULL,
    refreshed_at           timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cdp_metric_values_pkey PRIMARY KEY (master_profile_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE tenant_plain.cdp_metric_values IS 'What metrics do not depend on the time they are asked at; the view cdp_metrics shows them with the windows. Derived by the worker, so without a foreign key.';

CREATE TABLE tenant_plain.cdp_currency_rates (
    in_currency  text        NOT NULL,
    currency     text        NOT NULL,
    day          date        NOT NULL,
    rate         numeric     NOT NULL,
    set_at       timestamptz NOT NULL DEFAULT now(),
    set_by       text        NOT NULL,
    CONSTRAINT cdp_currency_rates_pkey PRIMARY KEY (in_currency, currency, day),
    CONSTRAINT cdp_currency_rates_in_currency_check CHECK (in_currency ~ '^[A-Z]{3}$'),
    CONSTRAINT cdp_currency_rates_currency_check CHECK (currency ~ '^[A-Z]{3}$' AND currency <> in_currency),
    CONSTRAINT cdp_currency_rates_rate_check CHECK (rate > 0 AND rate < 1000000000000)
);
COMMENT ON TABLE tenant_plain.cdp_currency_rates IS 'Exchange rates: an order in another currency counts at the latest rate on or before its day. Filled by set_currency_rates().';
COMMENT ON COLUMN tenant_plain.cdp_currency_rates.in_currency IS 'The default currency of the tenant when it was set; rates into another one are not used.';
COMMENT ON COLUMN tenant_plain.cdp_currency_rates.day IS 'First day it counts for, in the time zone of the tenant.';
COMMENT ON COLUMN tenant_plain.cdp_currency_rates.rate IS 'What a unit of the currency is worth.';
