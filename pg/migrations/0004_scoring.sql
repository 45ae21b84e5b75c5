-- Why: the constants of the scores, each with its reason, and one row per tenant and score saying how it was computed last.
-- Lock: creates new tables only; milliseconds.

CREATE TABLE c360.rfm_segments (
    segment   text    NOT NULL,
    position  integer NOT NULL,
    reason    text    NOT NULL,
    advice    text    NOT NULL,
    CONSTRAINT rfm_segments_pkey PRIMARY KEY (segment),
    CONSTRAINT rfm_segments_position_key UNIQUE (position),
    CONSTRAINT rfm_segments_reason_check CHECK (reason <> '')
);
COMMENT ON TABLE c360.rfm_segments IS 'The eleven RFM segments: who belongs there and what to do about them.';
COMMENT ON COLUMN c360.rfm_segments.position IS 'Order in reports, best first.';
COMMENT ON COLUMN c360.rfm_segments.reason IS 'Who is meant, in terms of the three scores.';

INSERT INTO c360.rfm_segments (position, segment, reason, advice) VALUES
    (1, 'Champions', 'Bought lately, often and much: all three scores 4 or 5.', 'Reward them; ask them for reviews.'),
    (2, 'Loyal Customers', 'Buy often and have not stayed away: frequency 4 or 5, recency 3 or better, not a champion.', 'Offer them more of what they buy.'),
    (3, 'Potential Loyalist', 'Bought lately and more than the least: recency 4 or 5, frequency 2 or 3.', 'Invite them to the loyalty programme.'),
    (4, 'New Customers', 'The most recent buyers with the fewest orders: recency 5, frequency 1.', 'Welcome them and help them begin.'),
    (5, 'Promising', 'Bought fairly lately with the fewest orders: recency 4, frequency 1.', 'Give them a reason to come back.'),
    (6, 'Need Attention', 'Middling recency and frequency but decent spending: recency 3, frequency 2 or 3, monetary 3 or more.', 'Remind them with a limited offer.'),
    (7, 'About To Sleep', 'Middling recency with few or small orders: recency 3, everything else below.', 'Show them what is new.'),
    (8, 'Can''t Lose Them', 'Once among the best in frequency and spending, gone for long: recency 1 or 2, frequency and monetary 4 or 5.', 'Call them; find out what went wrong.'),
    (9, 'At Risk', 'Bought often or spent much, gone for long: recency 1 or 2, frequency or monetary 3 or more.', 'Win them back with something personal.'),
    (10, 'Hibernating', 'Few and small orders, some time ago: recency 2, frequency and monetary 1 or 2.', 'Keep in touch at little cost.'),
    (11, 'Lost', 'Few and small orders, longest ago: recency 1, frequency and monetary 1 or 2.', 'Spend nothing on them.');

CREATE TABLE c360.rfm_cells (
    recency_score    integer NOT NULL,
    frequency_score  integer NOT NULL,
    monetary_score   integer NOT NULL,
    segment          text    NOT NULL,
    CONSTRAINT rfm_cells_pkey PRIMARY KEY (recency_score, frequency_score, monetary_score),
    CONSTRAINT rfm_cells_segment_fkey FOREIGN KEY (segment) REFERENCES c360.rfm_segments (segment),
    CONSTRAINT rfm_cells_recency_score_check CHECK (recency_score BETWEEN 1 AND 5),
    CONSTRAINT rfm_cells_frequency_score_check CHECK (frequency_score BETWEEN 1 AND 5),
    CONSTRAINT rfm_cells_monetary_score_check CHECK (monetary_score BETWEEN 1 AND 5)
);
CREATE INDEX rfm_cells_segment_idx ON c360.rfm_cells (segment);
COMMENT ON TABLE c360.rfm_cells IS 'The name of each of the 125 combinations of scores: exactly one, by key.';

-- The first line that fits names the cell, and the last fits whatever is left: nothing is unnamed, nothing twice.
INSERT INTO c360.rfm_cells (recency_score, frequency_score, monetary_score, segment)
SELECT
    r,
    f,
    m,
    CASE
        WHEN r >= 4 AND f >= 4 AND m >= 4 THEN 'Champions'
        WHEN r >= 3 AND f >= 4 THEN 'Loyal Customers'
        WHEN r >= 4 AND f >= 2 THEN 'Potential Loyalist'
        WHEN r = 5 THEN 'New Customers'
        WHEN r = 4 THEN 'Promising'
        WHEN r = 3 AND f >= 2 AND m >= 3 THEN 'Need Attention'
        WHEN r = 3 THEN 'About To Sleep'
        WHEN f >= 4 AND m >= 4 THEN 'Can''t Lose Them'
        WHEN f >= 3 OR m >= 3 THEN 'At Risk'
        WHEN r = 2 THEN 'Hibernating'
        ELSE 'Lost'
    END
FROM generate_series(1, 5) AS r
CROSS JOIN generate_series(1, 5) AS f
CROSS JOIN generate_series(1, 5) AS m;

CREATE TABLE c360.recency_bands (
    within_days  integer NOT NULL,
    score        integer NOT NULL,
    reason       text    NOT NULL,
    CONSTRAINT recency_bands_pkey PRIMARY KEY (within_days),
    CONSTRAINT recency_bands_score_check CHECK (score BETWEEN 0 AND 100)
);
COMMENT ON TABLE c360.recency_bands IS 'Preset "classic" of recency_score: points by days since the last order; beyond the last band 0.';

INSERT INTO c360.recency_bands (within_days, score, reason) VALUES
    (7, 100, 'Bought this week.'),
    (30, 75, 'Bought this month.'),
    (90, 50, 'Bought this quarter.'),
    (180, 25, 'Bought this half year.');

CREATE TABLE c360.score_models (
    tenant         text        NOT NULL,
    model          text        NOT NULL,
    unit           text        NOT NULL,
    status         text        NOT NULL,
    as_of          timestamptz NOT NULL,
    profile_count  bigint      NOT NULL,
    parameters     jsonb       NOT NULL DEFAULT '{}',
    warnings       jsonb       NOT NULL DEFAULT '{}',
    refreshed_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT score_models_pkey PRIMARY KEY (tenant, model),
    CONSTRAINT score_models_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT score_models_model_check CHECK (model IN ('rfm')),
    CONSTRAINT score_models_status_check CHECK (status IN ('computed', 'empty')),
    CONSTRAINT score_models_empty_check CHECK ((status = 'empty') = (profile_count = 0))
);
COMMENT ON TABLE c360.score_models IS 'How each score of a tenant was computed last: parameters, unit, point in time, what had to be left out.';
COMMENT ON COLUMN c360.score_models.unit IS 'Unit of time and money the parameters are in.';
COMMENT ON COLUMN c360.score_models.as_of IS 'Point in time the scores speak of; later purchases are not in them.';
COMMENT ON COLUMN c360.score_models.parameters IS 'rfm: the cut points, so that a stored score can be checked by hand.';
COMMENT ON COLUMN c360.score_models.warnings IS 'Purchases that were counted and left out, by reason.';
