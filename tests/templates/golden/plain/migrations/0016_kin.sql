-- Why: twins, and father and son, look like one person to a scored rule; such pairs are told from all others.
-- Lock: ACCESS EXCLUSIVE on cdp_match_pairs, milliseconds: what stands there is not looked at.

ALTER TABLE tenant_plain.cdp_match_pairs DROP CONSTRAINT cdp_match_pairs_verdict_check;
ALTER TABLE tenant_plain.cdp_match_pairs
    ADD CONSTRAINT cdp_match_pairs_verdict_check CHECK (verdict IN ('match', 'review', 'kin', 'evidence')) NOT VALID;
COMMENT ON COLUMN tenant_plain.cdp_match_pairs.verdict IS 'match: the pair is an edge of the identity graph; review: a person decides; kin: the same, alike like one person and probably two of one household; evidence: it only counts when groups of observations are weighed against each other.';
