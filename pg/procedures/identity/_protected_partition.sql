-- Groups records that contradict each other: the protected partition. Records are numbered 1 .. p_record_count; holder i
-- says that record p_record[i] holds key p_key[i], given in key order, most trusted first. An exclusive value is a
-- (record, type, value) by number: no group may come to hold two values of one type.
-- Each record starts alone. Key after key, the groups that hold the key are united if together they hold at most one
-- value per exclusive type; otherwise the key is contested and unites only those among them that hold none.
-- Pure: depends on the records and the order of the keys alone. Gives the lowest member of its group for each record.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._protected_partition(
    p_record_count     integer,
    p_key              integer[],
    p_record           integer[],
    p_exclusive_record integer[],
    p_exclusive_type   integer[],
    p_exclusive_value  integer[]
)
    RETURNS integer[]
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_types     integer := coalesce((SELECT max(kind) FROM unnest(p_exclusive_type) AS kind), 0);
    v_parent    integer[] := ARRAY(SELECT generate_series(1, p_record_count));
    -- What the group of a root holds: one cell per (root, type); 0 nothing, -1 two values already.
    v_held      integer[] := array_fill(0, ARRAY[greatest(p_record_count * v_types, 1)]);
    v_common    integer[];
    v_roots     integer[];
    v_first     integer := 1;
    v_last      integer;
    v_root      integer;
    v_target    integer;
    v_cell      integer;
    v_contested boolean;
    v_is_free   boolean;
BEGIN
    FOR i IN 1 .. coalesce(cardinality(p_exclusive_record), 0) LOOP
        v_cell := (p_exclusive_record[i] - 1) * v_types + p_exclusive_type[i];
        v_held[v_cell] := CASE
            WHEN v_held[v_cell] IN (0, p_exclusive_value[i]) THEN p_exclusive_value[i]
            ELSE -1
        END;
    END LOOP;

    WHILE v_first <= coalesce(cardinality(p_key), 0) LOOP
        v_roots := '{}';
        v_common := array_fill(0, ARRAY[greatest(v_types, 1)]);
        v_contested := false;
        v_last := v_first;

        -- The groups that hold this key, and what they hold together.
        WHILE v_last <= cardinality(p_key) AND p_key[v_last] = p_key[v_first] LOOP
            v_root := p_record[v_last];
            WHILE v_parent[v_root] <> v_root LOOP
                v_parent[v_root] := v_parent[v_parent[v_root]];
                v_root := v_parent[v_root];
            END LOOP;
            v_roots := v_roots || v_root;

            FOR t IN 1 .. v_types LOOP
                v_cell := v_held[(v_root - 1) * v_types + t];
                IF v_cell <> 0 THEN
                    IF v_cell = -1 OR v_common[t] NOT IN (0, v_cell) THEN
                        v_contested := true;
                    END IF;
                    v_common[t] := v_cell;
                END IF;
            END LOOP;
            v_last := v_last + 1;
        END LOOP;

        v_target := 0;
        FOREACH v_root IN ARRAY v_roots LOOP
            -- The same group may hold the key through several records: it has its root already.
            WHILE v_parent[v_root] <> v_root LOOP
                v_root := v_parent[v_root];
            END LOOP;

            v_is_free := true;
            IF v_contested THEN
                FOR t IN 1 .. v_types LOOP
                    v_is_free := v_is_free AND v_held[(v_root - 1) * v_types + t] = 0;
                END LOOP;
            END IF;
            CONTINUE WHEN NOT v_is_free OR v_root = v_target;

            IF v_target = 0 THEN
                v_target := v_root;
            ELSIF v_root < v_target THEN
                v_parent[v_target] := v_root;
                v_target := v_root;
            ELSE
                v_parent[v_root] := v_target;
            END IF;
        END LOOP;

        IF NOT v_contested THEN
            FOR t IN 1 .. v_types LOOP
                v_held[(v_target - 1) * v_types + t] := v_common[t];
            END LOOP;
        END IF;
        v_first := v_last;
    END LOOP;

    -- A parent is never above its child, so one pass upwards leaves every record at its root.
    FOR i IN 1 .. p_record_count LOOP
        v_parent[i] := v_parent[v_parent[i]];
    END LOOP;
    RETURN v_parent;
END;
$$;

COMMENT ON FUNCTION c360._protected_partition(integer, integer[], integer[], integer[], integer[], integer[]) IS
    'Groups records by shared keys, most trusted first, so that no group holds two values of an exclusive type.';
