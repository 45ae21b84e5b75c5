-- Why: one worker of a relay serves all lanes it leased of a subscription, with one call to read and one to settle for all of
-- them; only the holder of a lane brings due deliveries back, so that the order of a key cannot be broken from outside.
-- Lock: ACCESS EXCLUSIVE on c360.lanes for two columns without rewriting it; two indexes on c360.parked_deliveries, a second for a
-- million rows that wait. A relay of the version before stops at its next call and is to be replaced.

ALTER TABLE c360.lanes
    ADD COLUMN delivered_count    bigint NOT NULL DEFAULT 0,
    ADD COLUMN last_delivered_at  timestamptz;
COMMENT ON COLUMN c360.lanes.delivered_count IS 'Deliveries of this lane that succeeded; counted here, so that lanes do not wait for each other.';
COMMENT ON COLUMN c360.lanes.last_delivered_at IS 'When the last ones were settled.';

ALTER TABLE c360.relays
    ADD COLUMN clock_ahead_seconds double precision NOT NULL DEFAULT 0;
COMMENT ON COLUMN c360.relays.clock_ahead_seconds IS 'How far the clock of the relay is ahead of that of the database; beyond a minute, either way, it sends nothing.';

CREATE INDEX parked_deliveries_subscription_id_lane_due_at_idx
    ON c360.parked_deliveries (subscription_id, lane, due_at, delivery_id) WHERE NOT is_behind;
CREATE INDEX parked_deliveries_behind_idx
    ON c360.parked_deliveries (subscription_id, lane, key_hash) WHERE is_behind;

DROP FUNCTION IF EXISTS c360.claim_lanes(text, integer, interval);
DROP FUNCTION IF EXISTS c360.read_lane(uuid, integer, bigint, bigint[], integer);
DROP FUNCTION IF EXISTS c360.release_lane(uuid, integer, bigint);
DROP FUNCTION IF EXISTS c360.release_due_deliveries(integer);
DROP FUNCTION IF EXISTS c360.settle_deliveries(uuid, integer, bigint, jsonb, interval);
DROP FUNCTION IF EXISTS c360._park_behind(uuid, integer, bigint[], integer);
DROP FUNCTION IF EXISTS c360._settle_results(uuid, integer, jsonb, text);
DROP FUNCTION IF EXISTS c360._move_circuit(uuid, jsonb);
DROP FUNCTION IF EXISTS c360._retry_delay(double precision[], integer, integer, text, double precision, double precision);
