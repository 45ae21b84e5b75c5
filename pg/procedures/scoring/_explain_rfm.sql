-- Why a golden record has its RFM scores. One of three scores is 1 and a point for each cut point it has passed; the segment is the name of
-- the cell, whose number is the three scores in a row, such as 545. Nothing for who has no scores. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._explain_rfm(p_tenant text, p_master_profile_id uuid, p_score text)
    RETURNS TABLE (part text, value text, points numeric, words text)
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_column
DECLARE
    v_name   text := CASE p_score
        WHEN 'recency_score' THEN 'recency'
        WHEN 'frequency_score' THEN 'frequency'
        ELSE 'monetary'
    END;
    v_unit   text := CASE p_score
        WHEN 'recency_score' THEN 'days since the last order'
        WHEN 'frequency_score' THEN 'orders'
        ELSE 'value of the orders'
    END;
    v_value  numeric;
    v_scored jsonb;
BEGIN
    SELECT to_jsonb(scored.*)
    INTO v_scored
    FROM c360._rfm(p_tenant, now()) AS scored
    WHERE scored.master_profile_id = p_master_profile_id
      AND scored.segment IS NOT NULL;

    IF v_scored IS NULL THEN
        RETURN;
    ELSIF p_score = 'rfm_segment' THEN
        RETURN QUERY
        SELECT
            told.part,
            told.score,
            told.score::numeric * told.place,
            format('%s is %s of 5; the cell %s%s%s is called "%s".', told.part, told.score,
                v_scored ->> 'recency_score', v_scored ->> 'frequency_score', v_scored ->> 'monetary_score', v_scored ->> 'segment')
        FROM (
            VALUES
                ('recency_score', v_scored ->> 'recency_score', 100),
                ('frequency_score', v_scored ->> 'frequency_score', 10),
                ('monetary_score', v_scored ->> 'monetary_score', 1)
        ) AS told (part, score, place);
        RETURN;
    END IF;

    v_value := (v_scored ->> CASE v_name WHEN 'recency' THEN 'recency_days' ELSE v_name END)::numeric;
    RETURN QUERY
    SELECT
        'everybody'::text,
        v_value::text,
        1::numeric,
        format('%s %s; every customer has a point.', v_value, v_unit)
    UNION ALL
    SELECT
        format('cut %s of 4', cut.place),
        cut.point,
        passed.is_so::integer::numeric,
        format('%s %s is %s %s.', v_value, v_unit, CASE WHEN v_value < cut.point::numeric THEN 'below' ELSE 'not below' END, cut.point)
    FROM jsonb_array_elements_text(v_scored -> 'cut_points' -> v_name) WITH ORDINALITY AS cut (point, place)
    CROSS JOIN LATERAL (
        SELECT CASE v_name
            WHEN 'recency' THEN v_value::double precision < cut.point::double precision
            ELSE v_value::double precision >= cut.point::double precision
        END AS is_so
    ) AS passed;
END;
$$;

COMMENT ON FUNCTION c360._explain_rfm(text, uuid, text) IS
    'Parts of the RFM scores of a golden record.';
