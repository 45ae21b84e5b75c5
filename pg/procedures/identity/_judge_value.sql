-- How many persons stand behind an identifier value, and whether it may tie: open, divided (a weak one behind which there
-- are several), shared (more persons than p_limit). A function of all observations that hold it. Persons are those of
-- _person_code(); of a weak value also the strong identifiers that nameless observations hold beside it: two e-mail
-- addresses on one cookie are two persons, unless both are known to be the same name's.
-- p_voices are the voices of its holders, or as many of them as it takes to see that they have to be counted in the index:
-- there, one step a person, never a step a holder. Asked for one value after the other, so its plans are kept: making one takes
-- longer than the answer. Trusts the search_path, and that enable_seqscan is off. Raises nothing.

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
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_voices  bigint[] := p_voices;
    v_at      bigint := 1::bigint << 48;
    v_persons integer := 0;
    v_person  bigint;
    v_claims  boolean := false;
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

    FOR i IN 1 .. cardinality(v_voices) LOOP
        IF v_voices[i] >> 24 = 0 THEN
            v_claims := v_claims OR v_voices[i] > 0;
        ELSIF v_voices[i] >> 24 <> v_person THEN
            RETURN 'divided';
        ELSE
            v_person := v_voices[i] >> 24;
        END IF;
    END LOOP;

    -- Only what the nameless say beside it can be more than one person now.
    IF v_claims AND EXISTS (
        SELECT
        FROM unnest(v_voices) AS heard (voice)
        WHERE heard.voice & 16777215 <> 0
        GROUP BY (heard.voice >> 20) & 15
        HAVING count(DISTINCT heard.voice & 16777215)
            > greatest(1, count(DISTINCT heard.voice & 16777215) FILTER (WHERE heard.voice >> 24 > 0))
    ) THEN
        RETURN 'divided';
    END IF;

    RETURN 'open';
END;
$$;

COMMENT ON FUNCTION c360._judge_value(text, text, boolean, integer, bigint[]) IS
    'Whether an identifier value stands for one person, several, or too many to tie anybody.';
