-- Puts a segment into force as the control plane compiled it: makes its functions and notes what they are made of. Where the condition or
-- the time zone is another one than before, everybody has to be looked at again (status filling), and in every segment that is made of this one too.
-- A condition that PostgreSQL finds wrong stops no sync: the segment is broken, and its members stay as they were, found by the columns
-- they were found by. Part of a sync, which holds tables and views: so it waits for no evaluation, and an evaluation that is under way
-- finds by compiled_at that there is another condition.
--   p_compiled: {"condition", "members", "parts", "columns", "segments", "place", "uses_time", "time_zone", "release"}, or
--               {"condition", "segments", "place", "release", "problem"}, or with "is_paused"

CREATE OR REPLACE FUNCTION c360._compile_segment(
    p_tenant   text,
    p_segment  text,
    p_compiled jsonb
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_problem text := p_compiled ->> 'problem';
    v_cost    double precision;
    v_before  record;
    v_status  text;
    v_is_new  boolean;
    v_is_same boolean;
    v_forgets boolean;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    IF p_compiled ? 'members' AND v_problem IS NULL THEN
        IF NOT c360._make_segments_role(p_tenant) THEN
            v_problem := 'the installation may not create roles, and conditions run with the rights of one of their own';
        ELSE
            BEGIN
                PERFORM c360._grant_segments(p_tenant);
                v_cost := c360._make_segment_functions(
                    p_tenant, p_segment, p_compiled ->> 'members', p_compiled ->> 'parts'
                );
            EXCEPTION
                WHEN syntax_error_or_access_rule_violation OR data_exception OR SQLSTATE 'U3302' THEN
                    v_problem := SQLERRM;
            END;
        END IF;
    END IF;

    IF v_problem IS NOT NULL THEN
        PERFORM c360._drop_segment_functions(p_tenant, p_segment);
    END IF;

    SELECT
        state.condition,
        state.time_zone,
        state.columns,
        state.status
    INTO v_before
    FROM cdp_segment_states AS state
    WHERE state.segment = p_segment;
    v_is_new := NOT FOUND;
    -- A score in it may tell another attribute than before: rules of leads were changed.
    v_is_same := v_before.condition = p_compiled ->> 'condition'
        AND v_before.time_zone = p_compiled ->> 'time_zone'
        AND v_before.columns <@ ARRAY(SELECT jsonb_array_elements_text(p_compiled -> 'columns'));

    v_status := CASE
        WHEN v_problem IS NOT NULL THEN 'broken'
        WHEN (p_compiled ->> 'is_paused')::boolean THEN 'paused'
        WHEN v_is_same AND v_before.status IN ('settled', 'filling') THEN v_before.status
        ELSE 'filling'
    END;

    -- Who was found by what is masked meanwhile must not be shown as found by something else; nor what a session still wrote that
    -- evaluated a segment of this name while it was removed.
    v_forgets := v_is_new OR (v_status = 'filling' AND p_segment = ANY (c360._hidden_segments(p_tenant)));
    IF v_forgets THEN
        DELETE FROM cdp_segment_members AS member
        WHERE member.segment = p_segment;

        DELETE FROM cdp_segment_changes AS change
        WHERE change.segment = p_segment;
    END IF;

    INSERT INTO cdp_segment_states AS state (
        segment, condition, time_zone, columns, segments, place, uses_time, status, problem, tells, cost, compiled_with
    )
    VALUES (
        p_segment,
        p_compiled ->> 'condition',
        p_compiled ->> 'time_zone',
        ARRAY(SELECT jsonb_array_elements_text(p_compiled -> 'columns')),
        ARRAY(SELECT jsonb_array_elements_text(p_compiled -> 'segments')),
        (p_compiled ->> 'place')::integer,
        coalesce((p_compiled ->> 'uses_time')::boolean, false),
        v_status,
        v_problem,
        (
            SELECT known.notifies_first
            FROM c360.segments AS known
            WHERE known.tenant = p_tenant
              AND known.segment = p_segment
        ),
        v_cost,
        p_compiled ->> 'release'
    )
    ON CONFLICT (segment) DO UPDATE
    SET condition = excluded.condition,
        time_zone = excluded.time_zone,
        columns = CASE WHEN v_status = 'broken' THEN state.columns ELSE excluded.columns END,
        segments = excluded.segments,
        place = excluded.place,
        uses_time = excluded.uses_time,
        status = excluded.status,
        problem = excluded.problem,
        tells = CASE WHEN state.settled_at IS NULL THEN excluded.tells ELSE true END,
        filled_to = CASE WHEN v_is_same AND v_status = v_before.status THEN state.filled_to END,
        cost = excluded.cost,
        compiled_with = excluded.compiled_with,
        compiled_at = clock_timestamp(),
        begun_at = CASE WHEN v_forgets THEN now() ELSE state.begun_at END;

    IF v_status = 'filling' AND v_before.status IS DISTINCT FROM 'filling' THEN
        UPDATE cdp_segment_states AS other
        SET status = 'filling',
            filled_to = NULL
        WHERE other.status IN ('settled', 'filling')
          AND p_segment = ANY (other.segments);
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._compile_segment(text, text, jsonb) IS
    'Makes the functions of a segment and notes whether everybody has to be looked at again.';
