-- Why: who is most engaged is read from the beginning of an index, however many golden records there are. Those that are there are worked
-- out a step at a time. Lock: new tables only; milliseconds.

CREATE TABLE tenant_plain.cdp_engagement_ranks (
    master_profile_id  uuid             NOT NULL,
    sign               smallint         NOT NULL,
    rank_key           double precision NOT NULL,
    recount_on         date,
    CONSTRAINT cdp_engagement_ranks_pkey PRIMARY KEY (master_profile_id),
    CONSTRAINT cdp_engagement_ranks_sign_check CHECK (sign IN (-1, 0, 1))
) WITH (fillfactor = 80);
CREATE INDEX cdp_engagement_ranks_sign_rank_key_idx ON tenant_plain.cdp_engagement_ranks (sign DESC, rank_key DESC, master_profile_id);
CREATE INDEX cdp_engagement_ranks_recount_on_idx ON tenant_plain.cdp_engagement_ranks (recount_on) WHERE recount_on IS NOT NULL;
COMMENT ON TABLE tenant_plain.cdp_engagement_ranks IS 'The order of golden records by engagement, which does not change by waiting: by sign and rank_key, both descending. Not for readers: most_engaged() reads it. Derived by the worker, so without a foreign key.';
COMMENT ON COLUMN tenant_plain.cdp_engagement_ranks.sign IS 'Of the score: events may have negative weights.';
COMMENT ON COLUMN tenant_plain.cdp_engagement_ranks.rank_key IS 'Natural logarithm of what the score, without its sign, would have been on 1 January 2000, times the sign; 0 for a score of 0.';
COMMENT ON COLUMN tenant_plain.cdp_engagement_ranks.recount_on IS 'First day that was in the future and has events: from then on there is more than the key knows.';

CREATE TABLE tenant_plain.cdp_engagement_states (
    is_only   boolean NOT NULL DEFAULT true,
    settings  jsonb   NOT NULL,
    CONSTRAINT cdp_engagement_states_pkey PRIMARY KEY (is_only),
    CONSTRAINT cdp_engagement_states_is_only_check CHECK (is_only)
);
COMMENT ON TABLE tenant_plain.cdp_engagement_states IS 'Half-life and weights that cdp_engagement_ranks was worked out with; others now, and it is worked out anew. One row.';
