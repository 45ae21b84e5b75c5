-- The target of a column without what says how its value is read: traits.tags[] is traits.tags, traits.name+1 is traits.name. Pure.

CREATE OR REPLACE FUNCTION c360._target_base(p_target text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT regexp_replace(p_target, '(\[\]|\+[1-9])$', '');
$$;

COMMENT ON FUNCTION c360._target_base(text) IS
    'Where the value of a column goes, without how it is read.';
