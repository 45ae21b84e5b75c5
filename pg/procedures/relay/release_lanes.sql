-- Gives lanes back before their leases end. Safe to repeat; answers how many were held still.

CREATE OR REPLACE FUNCTION c360.release_lanes(
    p_subscription_id uuid,
    p_lanes           smallint[],
    p_tokens          bigint[]
)
    RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_count integer;
BEGIN
    -- The end of the lease stays as "served last": claim_lanes() takes the longest waiting first.
    -- Waits for nobody: whoever removes the subscription removes its lanes.
    UPDATE c360.lanes AS lane
    SET lease_until = clock_timestamp(),
        owner = NULL
    FROM (
        SELECT held.lane
        FROM unnest(p_lanes, p_tokens) AS wanted (lane, token)
        JOIN c360.lanes AS held
            ON held.subscription_id = p_subscription_id
            AND held.lane = wanted.lane
            AND held.token = wanted.token
        WHERE held.owner IS NOT NULL
        ORDER BY held.lane
        FOR NO KEY UPDATE OF held SKIP LOCKED
    ) AS held
    WHERE lane.subscription_id = p_subscription_id
      AND lane.lane = held.lane;

    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360.release_lanes(uuid, smallint[], bigint[]) IS
    'Ends leases early; lanes of outdated tokens stay as they are.';
