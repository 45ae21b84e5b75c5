-- Why golden records are likely to stay away: by purchases, that they are no customers any more and that they are some who buy nothing; by
-- pauses, their own that were shorter than this one. Nothing for who has too few. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._explain_inactivity(p_master_profile_ids uuid[])
    RETURNS TABLE (master_profile_id uuid, part text, value text, points numeric, words text)
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH known AS (
        SELECT
            scored.*,
            c360._exact(scored.inactivity) AS whole,
            c360._exact(1 - scored.probability_alive) AS gone
        FROM cdp_inactivity AS scored
        WHERE scored.master_profile_id = ANY (p_master_profile_ids)
          AND scored.inactivity IS NOT NULL
    )
    SELECT
        known.master_profile_id,
        told.part,
        told.value,
        told.points,
        told.words
    FROM known
    CROSS JOIN LATERAL (
        VALUES
            (
                'purchases',
                'gone',
                round(known.gone, 3)::text,
                known.gone,
                'How likely it is that they are no customer any more.'
            ),
            (
                'purchases',
                'quiet',
                round(known.probability_alive::numeric, 3)::text,
                known.whole - known.gone,
                'How likely it is that they are a customer and still buy nothing in 90 days.'
            ),
            (
                'pauses',
                'shorter pauses',
                known.shorter_pauses::text,
                known.whole,
                format('%s of their %s pauses were shorter than the %s days they have been away.', known.shorter_pauses, known.pauses, known.idle_days)
            ),
            (
                'pauses',
                'longer pauses',
                (known.pauses - known.shorter_pauses)::text,
                0::numeric,
                format('%s were as long or longer: they came back from those.', known.pauses - known.shorter_pauses)
            )
    ) AS told (basis, part, value, points, words)
    WHERE told.basis = known.basis;
END;
$$;

COMMENT ON FUNCTION c360._explain_inactivity(uuid[]) IS
    'Parts of the inactivity of golden records.';
