-- Messages of a tenant that are about a person, and messages about others that name an identifier of theirs. p_versions are
-- versions of other golden records that say something of the person: their messages are the person's too. p_since leaves out
-- what that snapshot saw, so that a second look is short. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._messages_of_person(
    p_tenant      text,
    p_person      c360.person,
    p_versions    text[],
    p_since       pg_snapshot DEFAULT NULL,
    OUT own       bigint[],
    OUT naming    bigint[]
)
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
BEGIN
    SELECT
        coalesce(array_agg(message.seq) FILTER (WHERE message.is_own), '{}'),
        coalesce(array_agg(message.seq) FILTER (WHERE NOT message.is_own), '{}')
    INTO
        own,
        naming
    FROM (
        SELECT
            log.seq,
            log.body,
            CASE
                WHEN log.topic IN ('c360-updated-profiles', 'c360-activation-events') THEN
                    log.key = ANY (p_person.master_profile_ids::text[])
                    OR (
                        p_versions <> '{}'
                        AND log.type LIKE 'profile.%'
                        AND log.key || ' ' || coalesce(log.body::jsonb #>> '{data,version}', '') = ANY (p_versions)
                    )
                WHEN log.topic = 'c360-behavioral-events' THEN log.key = ANY (p_person.raw_profile_ids::text[])
                ELSE false
            END AS is_own
        FROM c360.messages AS log
        WHERE log.tenant = p_tenant
          AND log.type <> 'profile.erased'
          AND (
              p_since IS NULL
              OR (log.xid >= pg_snapshot_xmin(p_since) AND NOT pg_visible_in_snapshot(log.xid, p_since))
          )
    ) AS message
    WHERE message.is_own
       OR c360._names_person(message.body, p_person.texts);
END;
$$;

COMMENT ON FUNCTION c360._messages_of_person(text, c360.person, text[], pg_snapshot) IS
    'Messages about a person, and messages that name one.';
