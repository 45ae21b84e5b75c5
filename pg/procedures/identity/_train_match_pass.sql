-- One pass of the training: estimates m and the share of matches among the pairs of a pass by expectation maximisation with
-- u fixed (Winkler 1988), until no probability moves by more than 0.0005. matching and other are the pairs expected at each
-- level, of those that say something. Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._train_match_pass(
    p_match_model_id bigint,
    p_pass           text,
    p_level_counts   integer[],
    p_u              double precision[]
)
    RETURNS TABLE (
        m          double precision[],
        matching   double precision[],
        other      double precision[],
        share      double precision,
        iterations integer,
        change     double precision
    )
    LANGUAGE plpgsql
    STABLE
    SET jit = off
AS $$
DECLARE
    v_pairs  double precision[];
    v_from   integer[];
    v_said   integer[];
    v_ratios double precision[];
    v_before double precision[];
    v_total  double precision;
    v_next   double precision;
BEGIN
    m := ARRAY(
        SELECT CASE
            WHEN slot.level = 0 OR slot.level > p_level_counts[slot.number] THEN 0
            WHEN slot.level = 1 THEN 0.9
            ELSE 0.1 / (p_level_counts[slot.number] - 1)
        END
        FROM (SELECT (place - 1) / 9 + 1 AS number, (place - 1) % 9 AS level FROM generate_series(1, cardinality(p_u)) AS place) AS slot
    );
    share := 0.5;

    WITH pattern AS MATERIALIZED (
        SELECT
            known.levels,
            known.pair_count::double precision AS pairs,
            row_number() OVER (ORDER BY known.levels) AS number
        FROM cdp_match_patterns AS known
        WHERE known.match_model_id = p_match_model_id
          AND known.pass = p_pass
    ),
    said AS MATERIALIZED (
        SELECT
            pattern.number,
            ((single.number - 1) * 9 + 1 + single.level)::integer AS place
        FROM pattern
        CROSS JOIN LATERAL unnest(pattern.levels) WITH ORDINALITY AS single (level, number)
        WHERE single.level > 0
    )
    SELECT
        (SELECT array_agg(pattern.pairs ORDER BY pattern.number) FROM pattern),
        (
            SELECT array_agg((1 + start.earlier)::integer ORDER BY start.number)
            FROM (
                SELECT
                    every.number,
                    coalesce(sum(count(said.place)) OVER (ORDER BY every.number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS earlier
                FROM (SELECT pattern.number FROM pattern UNION ALL SELECT count(*) + 1 FROM pattern) AS every
                LEFT JOIN said ON said.number = every.number
                GROUP BY every.number
            ) AS start
        ),
        (SELECT array_agg(said.place ORDER BY said.number, said.place) FROM said)
    INTO
        v_pairs,
        v_from,
        v_said;
    v_total := (SELECT sum(pattern.pairs) FROM unnest(v_pairs) AS pattern (pairs));

    FOR v_step IN 1 .. 100 LOOP
        iterations := v_step;
        v_ratios := ARRAY(
            SELECT CASE WHEN pair.u > 0 THEN ln(greatest(pair.m, 1e-9) / pair.u) ELSE 0 END
            FROM unnest(m, p_u) WITH ORDINALITY AS pair (m, u, place)
            ORDER BY pair.place
        );
        SELECT
            counted.matching,
            counted.other,
            counted.total
        INTO
            matching,
            other,
            v_next
        FROM c360._match_level_counts(v_pairs, v_from, v_said, v_ratios, ln(share / (1 - share))) AS counted;

        v_before := m;
        SELECT array_agg(
            CASE
                WHEN slot.level = 0 OR slot.level > p_level_counts[slot.number] THEN 0
                WHEN slot.total < 1e-6 THEN v_before[slot.place]
                ELSE (slot.pairs + 0.001) / (slot.total + 0.001 * p_level_counts[slot.number])
            END
            ORDER BY slot.place
        )
        INTO m
        FROM (
            SELECT
                counted.place,
                counted.pairs,
                (counted.place - 1) / 9 + 1 AS number,
                (counted.place - 1) % 9 AS level,
                sum(counted.pairs) FILTER (WHERE (counted.place - 1) % 9 > 0) OVER (PARTITION BY (counted.place - 1) / 9) AS total
            FROM unnest(matching) WITH ORDINALITY AS counted (pairs, place)
        ) AS slot;

        v_next := greatest(1e-6, least(1 - 1e-6, v_next / v_total));

        SELECT greatest(abs(v_next - share), max(abs(moved.after - moved.before)))
        INTO change
        FROM unnest(m, v_before) AS moved (after, before);
        share := v_next;
        EXIT WHEN change < 0.0005;
    END LOOP;

    RETURN NEXT;
END;
$$;

COMMENT ON FUNCTION c360._train_match_pass(bigint, text, integer[], double precision[]) IS
    'Estimates m and the share of matches among the pairs of one training pass.';
