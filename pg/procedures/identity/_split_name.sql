-- Given name and family name out of a full name, both in comparable form (c360.normalise_name). The family name is what
-- stands before a comma; else the first word where that is a Vietnamese family name, as is custom there; else the last
-- word. Where first and last word both are such names, the more frequent one is the family name. One word alone is a given
-- name; behind Mr or Mrs it is a family name, and the given name is "mr" or "mrs", which tells a couple apart. Raises nothing.

CREATE OR REPLACE FUNCTION c360._split_name(p_full_name text)
    RETURNS text[]
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    -- Most frequent first.
    v_families text[] := '{nguyen,tran,le,pham,hoang,huynh,phan,vu,vo,dang,bui,do,ho,ngo,duong,ly,dinh,trinh,dao,doan,truong,lam,luong,ha,mai,to,cao,thai,luu,chau,ta,phung,quach,tang,kieu,vuong,trieu}';
    v_words    text[];
    v_first    integer;
    v_last     integer;
    v_count    integer;
BEGIN
    IF p_full_name ~ ',\s*\S' THEN
        RETURN ARRAY[
            c360.normalise_name(substr(p_full_name, strpos(p_full_name, ',') + 1)),
            c360.normalise_name(split_part(p_full_name, ',', 1))
        ];
    END IF;

    v_words := string_to_array(c360.normalise_name(p_full_name), ' ');
    v_count := cardinality(v_words);
    IF v_count = 1 THEN
        RETURN CASE
            WHEN c360.normalise_words(p_full_name) ~ '^(mr|mister|herr) ' THEN ARRAY['mr', v_words[1]]
            WHEN c360.normalise_words(p_full_name) ~ '^(mrs|ms|miss|frau|mme|mlle) ' THEN ARRAY['mrs', v_words[1]]
            ELSE ARRAY[v_words[1], NULL]
        END;
    END IF;

    v_first := array_position(v_families, v_words[1]);
    v_last := array_position(v_families, v_words[v_count]);
    IF v_first < v_last OR (v_first IS NOT NULL AND v_last IS NULL) THEN
        RETURN ARRAY[array_to_string(v_words[2:], ' '), v_words[1]];
    END IF;
    RETURN ARRAY[array_to_string(v_words[:v_count - 1], ' '), v_words[v_count]];
END;
$$;

COMMENT ON FUNCTION c360._split_name(text) IS
    'Comparable given name and family name out of a full name, family name first where it is Vietnamese.';
