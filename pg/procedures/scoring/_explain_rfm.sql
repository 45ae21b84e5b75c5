-- Why golden records have their RFM scores. One of three scores is 1 and a point for each cut point it has passed; the segment is the name of
-- the cell, whose number is the three scores in a row, such as 545. Nothing for who has no scores. Of many at once, because the cut points are
-- those of all customers, whoever is asked for. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._explain_rfm(p_tenant text, p_master_profile_ids uuid[], p_score text)
    RETURNS TABLE (master_profile_id uuid, part text, value text, points numeric, words text)
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_column
DECLARE
    v_name text := CASE p_score
        WHEN 'recency_score' THEN 'recency'
        WHEN 'frequency_score' THEN 'frequency'
        ELSE 'monetary'
    END;
    v_unit text := CASE p_score
        WHEN 'recency_score' THEN 'days since the last order'
        WHEN 'frequency_score' THEN 'orders'
        ELSE 'value of the orders'
    END;
BEGIN
    IF p_score = 'rfm_segment' THEN
        RETURN QUERY
        SELECT
            scored.master_profile_id,
            told.part,
            told.score::text,
            told.score::numeric * told.place,
            format('%s is %s of 5; the cell %s%s%s is called "%s".', told.part, told.score,
                scored.recency_score, scored.frequency_score, scored.monetary_score, scored.segment)
        FROM c360._rfm(p_tenant, now()) AS scored
        CROSS JOIN LATERAL (
            VALUES
                ('recency_score', scored.recency_score, 100),
                ('frequency_score', scored.frequency_score, 10),
                ('monetary_score', scored.monetary_score, 1)
        ) AS told (part, score, place)
        WHERE scored.master_profile_id = ANY (p_master_profile_ids)
          AND scored.segment IS NOT NULL;
        RETURN;
    END IF;

    RETURN QUERY
    SELECT
        scored.master_profile_id,
        told.part,
        told.value,
        told.points,
        told.words
    FROM c360._rfm(p_tenant, now()) AS scored
    CROSS JOIN LATERAL (
        SELECT (to_jsonb(scored.*) ->> CASE v_name WHEN 'recency' THEN 'recency_days' ELSE v_name END)::numeric AS value
    ) AS own
    CROSS JOIN LATERAL (
        SELECT
            'everybody'::text AS part,
            own.value::text AS value,
            1::numeric AS points,
            format('%s %s; every customer has a point.', own.value, v_unit) AS words
        UNION ALL
        SELECT
            format('cut %s of 4', cut.place),
            cut.point,
            CASE v_name
                WHEN 'recency' THEN own.value::double precision < cut.point::double precision
                ELSE own.value::double precision >= cut.point::double precision
            END::integer::numeric,
            format('%s %s is %s %s.', own.value, v_unit, CASE WHEN own.value < cut.point::numeric THEN 'below' ELSE 'not below' END, cut.point)
        FROM jsonb_array_elements_text(to_jsonb(scored.*) -> 'cut_points' -> v_name) WITH ORDINALITY AS cut (point, place)
    ) AS told
    WHERE scored.master_profile_id = ANY (p_master_profile_ids)
      AND scored.segment IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION c360._explain_rfm(text, uuid[], text) IS
    'Parts of the RFM scores of golden records.';
