-- How many persons stand behind an identifier value, and whether it may tie: open, divided (a weak one behind which there
-- are several), shared (more persons than p_limit). A function of all observations that hold it. Persons are those of
-- _person_code(); of a weak value also the strong identifiers that nameless observations hold beside it: two e-mail
-- addresses on one cookie are two persons, unless both are known to be the same name's.
-- p_voices are the voices of its holders, or as many of them as it takes to see that they have to be counted in the index:
-- there, one step a person, never a step a holder. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._judge_value(
    p_identifier_type text,
    p_value           text,
    p_is_strong       boolean,
    p_limit           integer,
    p_voices          bigint[]
)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
AS $$
DECLARE
    v_voices  bigint[] := p_voices;
    v_at      bigint := 1::bigint << 48;
    v_persons integer := 0;
BEGIN
    IF cardinality(p_voices) > p_limit THEN
        LOOP
            SELECT min(holder.voice)
            INTO v_at
            FROM cdp_raw_identifiers AS holder
            WHERE holder.identifier_type = p_identifier_type
              AND holder.value = p_value
              AND holder.voice >= v_at;
            EXIT WHEN v_at IS NULL;

            v_persons := v_persons + 1;
            IF v_persons > p_limit THEN
                RETURN 'shared';
            END IF;
            v_at := ((v_at >> 48) + 1) << 48;
        END LOOP;

        IF p_is_strong THEN
            RETURN 'open';
        END IF;

        v_voices := '{}';
        v_at := -1;
        LOOP
            SELECT min(holder.voice)
            INTO v_at
            FROM cdp_raw_identifiers AS holder
            WHERE holder.identifier_type = p_identifier_type
              AND holder.value = p_value
              AND holder.voice > v_at;
            EXIT WHEN v_at IS NULL;

            v_voices := v_voices || v_at;
            IF cardinality(v_voices) > 64 THEN
                RETURN 'divided';
            END IF;
        END LOOP;
    END IF;

    IF p_is_strong THEN
        RETURN 'open';
    END IF;

    RETURN (
        WITH said AS (
            SELECT
                nullif(heard.voice >> 24, 0) AS person,
                nullif(heard.voice & 16777215, 0) AS claim,
                nullif((heard.voice >> 20) & 15, 0) AS claimed_type
            FROM unnest(v_voices) AS heard (voice)
        )
        SELECT CASE
            WHEN (SELECT count(DISTINCT said.person) FROM said) > 1 THEN 'divided'
            WHEN EXISTS (
                SELECT
                FROM said
                WHERE said.claim IS NOT NULL
                GROUP BY said.claimed_type
                HAVING count(DISTINCT said.claim) > greatest(1, count(DISTINCT said.claim) FILTER (WHERE said.person IS NOT NULL))
            ) THEN 'divided'
            ELSE 'open'
        END
    );
END;
$$;

COMMENT ON FUNCTION c360._judge_value(text, text, boolean, integer, bigint[]) IS
    'Whether an identifier value stands for one person, several, or too many to tie anybody.';
