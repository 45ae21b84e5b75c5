-- Gives a lane back before its lease ends. Safe to repeat; false when it was not held any more.

CREATE OR REPLACE FUNCTION c360.release_lane(
    p_subscription_id uuid,
    p_lane            integer,
    p_token           bigint
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The end of the lease stays as "served last": claim_lanes() takes the longest waiting first.
    -- Waits for nobody: whoever removes the subscription removes its lanes.
    UPDATE c360.lanes AS lane
    SET lease_until = clock_timestamp(),
        owner = NULL
    FROM (
        SELECT held.subscription_id, held.lane
        FROM c360.lanes AS held
        WHERE held.subscription_id = p_subscription_id
          AND held.lane = p_lane
          AND held.token = p_token
          AND held.owner IS NOT NULL
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS held
    WHERE lane.subscription_id = held.subscription_id
      AND lane.lane = held.lane;

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.release_lane(uuid, integer, bigint) IS
    'Ends the lease of a lane; returns whether the caller still held it.';
