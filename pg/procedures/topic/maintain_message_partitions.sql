-- Makes the daily partitions of the message log for the next days and drops old ones nobody needs any more.
-- Safe to repeat and to call from anywhere: one works, the others return at once with is_busy.
--
-- Never makes a partition for a day that is being written: PostgreSQL refuses a row that waited for the default partition
-- while a partition of its day was attached, and a producer must not fail because of upkeep. So partitions are made from
-- tomorrow on, and what the default partition caught moves into a partition of its own when the day is long over.
-- A partition is dropped when every message in it is older than its topic's retention, the fan-out is past
-- it, and no delivery and no feed of a consumer points into it. Each step waits at most 200 ms for its lock, because whoever waits for a table
-- makes everybody behind wait too, and gives up after the first one in vain: a transaction that stays open would be in the way of
-- all of them. What was not possible now is left for the next call; where it stopped is named in "postponed".

CREATE OR REPLACE FUNCTION c360.maintain_message_partitions(
    p_at    timestamptz DEFAULT now(),
    p_ahead integer DEFAULT 3
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '200ms'
AS $$
DECLARE
    v_day       date;
    v_trimmed   bigint;
    v_partition record;
    v_created   text[] := '{}';
    v_dropped   text[] := '{}';
    v_postponed text[] := '{}';
BEGIN
    -- Keeps nobody from reading and writing, only a second call; nobody but the owner can take it.
    BEGIN
        LOCK TABLE ONLY c360.messages IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
    EXCEPTION
        WHEN lock_not_available THEN
            RETURN jsonb_build_object('is_busy', true);
    END;

    v_trimmed := c360._trim_feeds(p_at);

    FOR v_day IN
        SELECT ahead.day
        FROM (
            SELECT (p_at AT TIME ZONE 'UTC')::date + number AS day
            FROM generate_series(1, p_ahead) AS number
            UNION
            SELECT (message.created_at AT TIME ZONE 'UTC')::date
            FROM c360.messages_default AS message
            WHERE message.created_at < date_trunc('day', p_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '1 day'
        ) AS ahead
        WHERE to_regclass(format('c360.messages_%s', to_char(ahead.day, 'YYYYMMDD'))) IS NULL
        ORDER BY ahead.day
    LOOP
        BEGIN
            PERFORM c360._create_message_partition(v_day);
            v_created := v_created || v_day::text;
        EXCEPTION
            WHEN lock_not_available THEN
                v_postponed := v_postponed || v_day::text;
                EXIT;
        END;
    END LOOP;

    FOR v_partition IN
        SELECT
            to_date(right(class.relname, 8), 'YYYYMMDD') AS day
        FROM pg_inherits AS inherited
        JOIN pg_class AS class ON class.oid = inherited.inhrelid
        WHERE inherited.inhparent = 'c360.messages'::regclass
          AND class.relname ~ '^messages_[0-9]{8}$'
          AND to_date(right(class.relname, 8), 'YYYYMMDD') < (p_at - interval '2 days')::date
        ORDER BY class.relname
    LOOP
        CONTINUE WHEN c360._message_day_is_needed(v_partition.day, p_at);
        BEGIN
            EXECUTE format('DROP TABLE c360.%I', 'messages_' || to_char(v_partition.day, 'YYYYMMDD'));
            v_dropped := v_dropped || v_partition.day::text;
        EXCEPTION
            WHEN lock_not_available THEN
                v_postponed := v_postponed || v_partition.day::text;
                EXIT;
        END;
    END LOOP;

    RETURN jsonb_build_object(
        'is_busy', false,
        'created', v_created,
        'dropped', v_dropped,
        'postponed', v_postponed,
        'trimmed', v_trimmed
    );
END;
$$;

COMMENT ON FUNCTION c360.maintain_message_partitions(timestamptz, integer) IS
    'Creates daily partitions of the message log ahead of time and drops those that are old, sent and pointed to by nothing.';
