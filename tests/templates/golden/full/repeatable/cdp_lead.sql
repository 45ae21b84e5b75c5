CREATE OR REPLACE VIEW tenant_full.cdp_lead AS
SELECT
    scored.master_profile_id,
    scored.lead,
    scored.parts
FROM tenant_full.lead_scores(NULL) AS scored;

COMMENT ON VIEW tenant_full.cdp_lead IS
    'Points of golden records by the rules of set_lead(), computed now; no rows while there are none. For some of them ask lead_scores().';
COMMENT ON COLUMN tenant_full.cdp_lead.lead IS 'Sum of the points of parts.';
COMMENT ON COLUMN tenant_full.cdp_lead.parts IS '{rule: points}.';
