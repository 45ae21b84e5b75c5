CREATE OR REPLACE VIEW tenant_full.cdp_subscriptions AS
SELECT
    told.master_profile_id,
    told.contract,
    told.subscription_id,
    told.status,
    told.started_on,
    told.renewals,
    told.ends_on,
    told.price,
    told.currency,
    told.probability_next,
    told.probability_retained,
    told.expected_periods,
    told.value,
    told.periods,
    told.fit_id,
    told.is_validated
FROM tenant_full.contracts(NULL) AS told;

COMMENT ON VIEW tenant_full.cdp_subscriptions IS
    'Contracts of golden records as their events tell, computed now, and by the active fit of cdp_subscription_fits how long they are expected to last. For some of them ask contracts().';
COMMENT ON COLUMN tenant_full.cdp_subscriptions.contract IS 'Number of the contract, by when it began.';
COMMENT ON COLUMN tenant_full.cdp_subscriptions.subscription_id IS 'As sent; NULL where none was.';
COMMENT ON COLUMN tenant_full.cdp_subscriptions.status IS 'active; cancelled, though the last period may still be running; lapsed: not renewed in time.';
COMMENT ON COLUMN tenant_full.cdp_subscriptions.started_on IS 'The first day that was told of.';
COMMENT ON COLUMN tenant_full.cdp_subscriptions.renewals IS 'How often it was renewed.';
COMMENT ON COLUMN tenant_full.cdp_subscriptions.ends_on IS 'When the last period ends that was paid for.';
COMMENT ON COLUMN tenant_full.cdp_subscriptions.price IS 'Of a period, the last that was told; NULL where it could not be read.';
COMMENT ON COLUMN tenant_full.cdp_subscriptions.probability_next IS 'That it is renewed at the end of this period; NULL, as what follows, unless it is active, its start is known and there is a fit.';
COMMENT ON COLUMN tenant_full.cdp_subscriptions.probability_retained IS 'That it is renewed at the end of all the next periods.';
COMMENT ON COLUMN tenant_full.cdp_subscriptions.expected_periods IS 'How many of the next periods are expected to be paid for, this one not counted.';
COMMENT ON COLUMN tenant_full.cdp_subscriptions.value IS 'What these are worth today, at this price and discounted by period; NULL where no price was told.';
COMMENT ON COLUMN tenant_full.cdp_subscriptions.periods IS 'How many periods the fit looks ahead.';
COMMENT ON COLUMN tenant_full.cdp_subscriptions.is_validated IS 'The fit has been judged by time it did not know.';
