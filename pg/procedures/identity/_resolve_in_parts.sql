-- Resolves rows of the queue together if possible. If not, in halves, and again, until those that fail are alone: they are
-- parked. The result is the same, because golden records depend on the observations alone. Answers the sums of the counts.
-- When twenty rows have failed and none succeeded, the rows are not to blame: everything stays as it was.
-- Trusts the search_path and the resolver's lock. Raises: U2401 resolution_failing

CREATE OR REPLACE FUNCTION c360._resolve_in_parts(
    p_tenant    text,
    p_queue_ids bigint[]
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_counts jsonb := '{"linked": 0, "created": 0, "updated": 0, "merged": 0, "split": 0, "failed": 0}';
    v_from   integer[] := ARRAY[1];
    v_to     integer[] := ARRAY[cardinality(p_queue_ids)];
    v_top    integer;
    v_low    integer;
    v_high   integer;
    v_middle integer;
    v_done   boolean := false;
    v_answer jsonb;
BEGIN
    -- A stack of parts, the oldest rows on top.
    WHILE cardinality(v_from) > 0 LOOP
        v_top := cardinality(v_from);
        v_low := v_from[v_top];
        v_high := v_to[v_top];
        v_from := trim_array(v_from, 1);
        v_to := trim_array(v_to, 1);

        v_answer := c360._try_resolution(p_tenant, p_queue_ids[v_low:v_high]);

        IF v_answer ? 'code' AND v_low < v_high THEN
            v_middle := (v_low + v_high) / 2;
            v_from := v_from || ARRAY[v_middle + 1, v_low];
            v_to := v_to || ARRAY[v_high, v_middle];
            CONTINUE;
        ELSIF v_answer ? 'code' THEN
            PERFORM c360._park_resolution_work(
                p_queue_ids[v_low], v_answer ->> 'code', v_answer ->> 'reason', clock_timestamp()
            );
            v_answer := '{"failed": 1}';
        ELSE
            v_done := true;
        END IF;

        v_counts := (
            SELECT jsonb_object_agg(count.name, count.value::bigint + coalesce((v_answer ->> count.name)::bigint, 0))
            FROM jsonb_each_text(v_counts) AS count (name, value)
        );

        IF NOT v_done AND (v_counts ->> 'failed')::integer >= 20 AND cardinality(p_queue_ids) > 20 THEN
            RAISE EXCEPTION 'twenty observations of tenant "%" in a row could not be resolved', p_tenant
                USING ERRCODE = 'U2401',
                      DETAIL = 'Nothing was parked; the queue is as it was.',
                      HINT = format('Look for what changed in schema tenant_%s: constraints, triggers, columns. Then run: c360 doctor', p_tenant);
        END IF;
    END LOOP;

    RETURN v_counts;
END;
$$;

COMMENT ON FUNCTION c360._resolve_in_parts(text, bigint[]) IS
    'Resolves rows of the queue, parking those that cannot be resolved.';
