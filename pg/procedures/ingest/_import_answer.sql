-- What a column of an import says about a purpose: {purpose, is, at, by}, at only where the column is the time of the answer; by says where it
-- stands. NULL where it says nothing. p_mode, from the target of the column:
--   (none)      a yes or a no
--   opted_out   a no, whatever stands there, but where it says no or that somebody agrees: that is nothing, for who did not object has not agreed
--   refusals    only a no counts
--   granted_at  the time of a yes
--   denied_at   the time of a no, which counts also where the time cannot be read
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._import_answer(
    p_purpose text,
    p_mode    text,
    p_column  text,
    p_value   jsonb,
    p_order   text
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_text  text := c360.present_text(p_value #>> '{}');
    v_is    boolean;
    v_at    timestamptz;
BEGIN
    IF p_mode IN ('granted_at', 'denied_at') THEN
        -- 0000-00-00 is how databases write no time.
        IF v_text IS NULL OR v_text !~ '[1-9]' THEN
            RETURN NULL;
        END IF;
        v_at := c360._import_time(p_value, p_order);
        v_is := CASE p_mode WHEN 'denied_at' THEN false ELSE CASE WHEN v_at IS NOT NULL THEN true END END;
    ELSE
        v_is := c360._yes_or_no(p_value);
        v_is := CASE p_mode
            WHEN 'opted_out' THEN CASE WHEN v_text IS NOT NULL AND coalesce(c360._consent_word(p_value) NOT IN ('no', 'granted'), true) THEN false END
            WHEN 'refusals' THEN CASE WHEN NOT v_is THEN false END
            ELSE v_is
        END;
    END IF;

    RETURN CASE
        WHEN v_is IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object(
            'purpose', p_purpose, 'is', v_is, 'at', v_at, 'by', left(p_column || ': ' || v_text, 300)
        ))
    END;
END;
$$;

COMMENT ON FUNCTION c360._import_answer(text, text, text, jsonb, text) IS
    'What a column of an import says about a purpose.';
