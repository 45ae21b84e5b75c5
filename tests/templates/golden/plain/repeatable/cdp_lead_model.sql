CREATE OR REPLACE VIEW tenant_plain.cdp_lead_model AS
SELECT
    scored.master_profile_id,
    scored.probability,
    scored.log_odds,
    scored.goal,
    scored.within_days,
    scored.fit_id,
    scored.fitted_as_of,
    scored.is_validated
FROM tenant_plain.lead_probabilities(NULL) AS scored;

COMMENT ON VIEW tenant_plain.cdp_lead_model IS
    'How likely golden records that have not reached the goal of set_lead_model() do, computed now by the active fit of cdp_lead_fits; no rows while none could be fitted. For some of them ask lead_probabilities().';
COMMENT ON COLUMN tenant_plain.cdp_lead_model.probability IS 'That they reach the goal within within_days days from now.';
COMMENT ON COLUMN tenant_plain.cdp_lead_model.log_odds IS 'ln(probability / (1 - probability)), the sum of what explain_score() tells of lead_probability.';
COMMENT ON COLUMN tenant_plain.cdp_lead_model.goal IS 'Name of the event.';
COMMENT ON COLUMN tenant_plain.cdp_lead_model.fitted_as_of IS 'What the fit knows is from before.';
COMMENT ON COLUMN tenant_plain.cdp_lead_model.is_validated IS 'The fit has been judged by time it did not know.';
