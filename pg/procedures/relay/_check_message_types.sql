-- Refuses topics that are none, and types that no message of these topics has; profile.* stands for one or more. Safe to repeat; reads only.
-- Raises: U5405 topic_not_found; U5420 message_type_not_found

CREATE OR REPLACE FUNCTION c360._check_message_types(
    p_topics text[],
    p_types  text[]
)
    RETURNS void
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_unknown text;
BEGIN
    SELECT wanted.topic
    INTO v_unknown
    FROM unnest(p_topics) AS wanted (topic)
    WHERE wanted.topic NOT IN (SELECT known.topic FROM c360.topics AS known)
    LIMIT 1;

    IF FOUND THEN
        RAISE EXCEPTION 'there is no topic "%"', left(v_unknown, 100)
            USING ERRCODE = 'U5405',
                  HINT = format('There are %s.', (SELECT string_agg(known.topic, ', ' ORDER BY known.topic) FROM c360.topics AS known));
    END IF;

    SELECT wanted.type
    INTO v_unknown
    FROM unnest(p_types) AS wanted (type)
    WHERE NOT EXISTS (
        SELECT
        FROM c360.list_message_types() AS known
        WHERE known.topic = ANY (p_topics)
          AND c360._wants_type(ARRAY[wanted.type], known.type)
    )
    LIMIT 1;

    IF FOUND THEN
        RAISE EXCEPTION 'no message of these topics is of type "%"', left(v_unknown, 100)
            USING ERRCODE = 'U5420',
                  DETAIL = format('The topics are %s.', array_to_string(p_topics, ', ')),
                  HINT = coalesce(
                      (
                          SELECT format('Messages of that type are in another topic: --topic %s', string_agg(DISTINCT known.topic, ' --topic '))
                          FROM c360.list_message_types() AS known
                          WHERE c360._wants_type(ARRAY[v_unknown], known.type)
                          HAVING count(*) > 0
                      ),
                      format(
                          'There are %s; profile.* stands for all that begin so.',
                          (
                              SELECT string_agg(known.type, ', ' ORDER BY known.topic, known.type)
                              FROM c360.list_message_types() AS known
                              WHERE known.topic = ANY (p_topics)
                          )
                      )
                  );
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_message_types(text[], text[]) IS
    'Refuses topics that are none, and message types that no message of these topics has.';
