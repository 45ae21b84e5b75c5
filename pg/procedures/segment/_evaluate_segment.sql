-- Brings the members of one segment among these golden records in line with its condition: members, history and messages in one
-- statement, so that each change is told once and a repeat tells nothing. Golden records that are absorbed leave; those that are erased are
-- forgotten without a word. p_why is the reason of a change unless a merge was it. Trusts the search_path and the lock of segments.
-- Answers {"entered", "left"}. An evaluation that fails, on a value that does not fit, leaves the members as they were and the segment failed.

CREATE OR REPLACE FUNCTION c360._evaluate_segment(
    p_tenant  text,
    p_segment text,
    p_ids     uuid[],
    p_as_of   timestamptz,
    p_why     text,
    p_tells   boolean
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_mode    text := c360._message_mode(p_tenant, 'c360-activation-events');
    v_entered bigint;
    v_left    bigint;
BEGIN
    EXECUTE format(
        $statement$
            WITH fresh AS MATERIALIZED (
                SELECT DISTINCT found.id
                FROM %1$I.%2$I($2, $3) AS found (id)
            ),
            present AS MATERIALIZED (
                SELECT member.master_profile_id AS id
                FROM cdp_segment_members AS member
                WHERE member.segment = $1
                  AND member.master_profile_id = ANY ($2)
            ),
            entered AS (
                INSERT INTO cdp_segment_members AS kept (segment, master_profile_id, entered_at)
                SELECT $1, fresh.id, $3
                FROM fresh
                WHERE NOT EXISTS (SELECT FROM present WHERE present.id = fresh.id)
                ON CONFLICT (segment, master_profile_id) DO NOTHING
                RETURNING kept.master_profile_id AS id
            ),
            gone AS (
                DELETE FROM cdp_segment_members AS member
                USING present
                WHERE member.segment = $1
                  AND member.master_profile_id = present.id
                  AND NOT EXISTS (SELECT FROM fresh WHERE fresh.id = present.id)
                RETURNING member.master_profile_id AS id
            ),
            changed AS MATERIALIZED (
                SELECT
                    entered.id,
                    'entered' AS change,
                    $4 AS reason
                FROM entered
                UNION ALL
                SELECT
                    gone.id,
                    'left',
                    CASE master.status WHEN 'active' THEN $4 ELSE 'merge' END
                FROM gone
                JOIN cdp_master_profiles AS master ON master.master_profile_id = gone.id
            ),
            noted AS (
                INSERT INTO cdp_segment_changes (segment, master_profile_id, change, reason, changed_at)
                SELECT $1, changed.id, changed.change, changed.reason, $3
                FROM changed
                ORDER BY changed.id
            ),
            told AS (
                INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
                SELECT
                    c360._uuid7(),
                    $5,
                    'c360-activation-events',
                    'segment.' || changed.change,
                    changed.id::text,
                    c360._message_body('segment.' || changed.change, $5, now(), jsonb_build_object(
                        'profile_id', changed.id,
                        'segment', $1,
                        'reason', changed.reason,
                        'at', $3
                    ))
                FROM changed
                WHERE $6
                ORDER BY changed.id
            )
            SELECT
                count(*) FILTER (WHERE changed.change = 'entered'),
                count(*) FILTER (WHERE changed.change = 'left')
            FROM changed
        $statement$,
        'tenant_' || p_tenant, '_segment_' || p_segment
    )
    INTO v_entered, v_left
    USING p_segment, p_ids, p_as_of, p_why, p_tenant, p_tells AND v_mode = 'all';

    IF v_mode = 'summary' AND p_tells AND v_entered + v_left > 0 THEN
        PERFORM c360._publish(
            p_tenant, 'c360-activation-events', 'segment.changed', p_tenant,
            jsonb_build_object('segment', p_segment, 'entered', v_entered, 'left', v_left, 'at', p_as_of)
        );
    END IF;

    RETURN jsonb_build_object('entered', v_entered, 'left', v_left);
EXCEPTION
    WHEN data_exception OR undefined_function OR insufficient_privilege OR undefined_column OR undefined_table THEN
        -- What went wrong may name a value: only the kind of it is noted.
        UPDATE cdp_segment_states AS state
        SET status = 'failed',
            filled_to = NULL,
            problem = format('the evaluation failed with SQLSTATE %s', SQLSTATE)
        WHERE state.segment = p_segment;

        RETURN '{"entered": 0, "left": 0}';
END;
$$;

COMMENT ON FUNCTION c360._evaluate_segment(text, text, uuid[], timestamptz, text, boolean) IS
    'Lets golden records enter and leave one segment as its condition says, notes it and tells it.';
