-- Brings the computed traits of these golden records up to date, all that are in force, or those that change because time passes. Called
-- in the transaction that worked out what else follows from touched golden records, after metrics and before segments. Ids may be gone:
-- what was kept of them goes. While a trait is filled, only those are looked at that the filling has passed: it comes to the others.
-- Answers the golden records that changed. Trusts the search_path. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._refresh_traits(
    p_tenant text,
    p_ids    uuid[],
    p_as_of  timestamptz DEFAULT now(),
    p_timely boolean DEFAULT false
)
    RETURNS uuid[]
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    v_group   record;
    v_changed uuid[] := '{}';
BEGIN
    IF cardinality(p_ids) = 0 OR to_regclass('cdp_trait_states') IS NULL OR NOT EXISTS (SELECT FROM cdp_trait_states) THEN
        RETURN v_changed;
    END IF;

    PERFORM c360._hold_lock(p_tenant, 'segments');

    DELETE FROM cdp_trait_values AS gone
    WHERE gone.master_profile_id = ANY (p_ids)
      AND gone.master_profile_id <> ALL (c360._active_profiles(p_ids));

    FOR v_group IN
        SELECT
            array_agg(state.trait ORDER BY state.trait) AS traits,
            CASE state.status
                WHEN 'settled' THEN p_ids
                ELSE ARRAY(SELECT asked.id FROM unnest(p_ids) AS asked (id) WHERE asked.id <= state.filled_to)
            END AS ids
        FROM cdp_trait_states AS state
        WHERE state.status IN ('settled', 'filling')
          AND (state.uses_time OR NOT p_timely)
        GROUP BY
            state.status,
            state.filled_to
    LOOP
        CONTINUE WHEN cardinality(v_group.ids) = 0;
        v_changed := v_changed || c360._evaluate_traits(p_tenant, v_group.traits, v_group.ids, p_as_of, v_group.traits);
    END LOOP;

    RETURN v_changed;
END;
$$;

COMMENT ON FUNCTION c360._refresh_traits(text, uuid[], timestamptz, boolean) IS
    'Brings the computed traits of these golden records up to date; answers which changed.';
