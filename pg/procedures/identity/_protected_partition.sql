-- Groups records that contradict each other: the protected partition. Records are numbered 1 .. p_record_count; holder i
-- says that record p_record[i] holds key p_key[i], given in key order, most trusted first. Keys up to p_forced are what
-- people decided. An exclusive value is a (record, type, value) by number: no group may come to hold two values of one
-- type. Values are 1 .. p_value_count, each of one type; types up to p_decided are what people forbade.
-- Each record starts alone. Key after key, the groups that hold the key are united if together they hold at most one
-- value per type. A forced key yields to the decided types alone; of the others it makes the values one. Any other key
-- that meets two values of a type is contested: it unites groups that hold the same of the values in question, and groups
-- that hold no exclusive value at all.
-- Pure: depends on the records and the order of the keys alone. Gives the lowest member of its group for each record.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._protected_partition(
    p_record_count     integer,
    p_key              integer[],
    p_record           integer[],
    p_forced           integer,
    p_exclusive_record integer[],
    p_exclusive_type   integer[],
    p_exclusive_value  integer[],
    p_decided          integer,
    p_value_count      integer
)
    RETURNS integer[]
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_types     integer := coalesce((SELECT max(kind) FROM unnest(p_exclusive_type) AS kind), 0);
    v_parent    integer[] := ARRAY(SELECT generate_series(1, p_record_count));
    -- Values that a forced key has made one lead to the same value.
    v_same      integer[] := ARRAY(SELECT generate_series(1, p_value_count));
    -- What the group of a root holds: one cell per (root, type); 0 nothing, -1 two values already.
    v_held      integer[] := array_fill(0, ARRAY[greatest(p_record_count * v_types, 1)]);
    -- The key at which a root was met last.
    v_met       integer[] := array_fill(0, ARRAY[p_record_count]);
    v_common    integer[];
    v_contested boolean[];
    v_roots     integer[];
    v_classes   text[];
    v_targets   integer[];
    v_class     text;
    v_place     integer;
    v_first     integer := 1;
    v_last      integer;
    v_root      integer;
    v_target    integer;
    v_cell      integer;
    v_refused   boolean;
    v_is_free   boolean;
    v_is_forced boolean;
BEGIN
    FOR i IN 1 .. coalesce(cardinality(p_exclusive_record), 0) LOOP
        v_cell := (p_exclusive_record[i] - 1) * v_types + p_exclusive_type[i];
        v_held[v_cell] := CASE
            WHEN v_held[v_cell] IN (0, p_exclusive_value[i]) THEN p_exclusive_value[i]
            ELSE -1
        END;
    END LOOP;

    WHILE v_first <= coalesce(cardinality(p_key), 0) LOOP
        v_is_forced := p_key[v_first] <= p_forced;
        v_roots := '{}';
        v_common := array_fill(0, ARRAY[greatest(v_types, 1)]);
        v_contested := array_fill(false, ARRAY[greatest(v_types, 1)]);
        v_refused := false;
        v_last := v_first;

        -- The groups that hold this key, and what they hold together.
        WHILE v_last <= cardinality(p_key) AND p_key[v_last] = p_key[v_first] LOOP
            v_root := p_record[v_last];
            WHILE v_parent[v_root] <> v_root LOOP
                v_parent[v_root] := v_parent[v_parent[v_root]];
                v_root := v_parent[v_root];
            END LOOP;
            v_last := v_last + 1;
            CONTINUE WHEN v_met[v_root] = v_first;
            v_met[v_root] := v_first;
            v_roots := v_roots || v_root;

            FOR t IN 1 .. v_types LOOP
                v_cell := v_held[(v_root - 1) * v_types + t];
                CONTINUE WHEN v_cell = 0;
                WHILE v_cell > 0 AND v_same[v_cell] <> v_cell LOOP
                    v_cell := v_same[v_cell];
                END LOOP;
                v_held[(v_root - 1) * v_types + t] := v_cell;
                IF v_common[t] = 0 THEN
                    v_common[t] := v_cell;
                END IF;
                IF v_cell = -1 OR v_common[t] <> v_cell THEN
                    v_contested[t] := true;
                    v_refused := v_refused OR NOT v_is_forced OR t <= p_decided;
                END IF;
            END LOOP;
        END LOOP;

        v_first := v_last;
        CONTINUE WHEN v_refused AND v_is_forced;
        v_classes := '{}';
        v_targets := '{}';

        FOREACH v_root IN ARRAY v_roots LOOP
            v_class := '';
            IF v_refused THEN
                v_is_free := true;
                FOR t IN 1 .. v_types LOOP
                    v_cell := v_held[(v_root - 1) * v_types + t];
                    v_is_free := v_is_free AND v_cell = 0;
                    IF v_contested[t] AND v_cell <> 0 THEN
                        v_class := v_class || t || '=' || v_cell || ' ';
                    END IF;
                END LOOP;
                -- What contradicts itself, or may be any of those in question, stays alone.
                CONTINUE WHEN v_class ~ '=-1' OR (v_class = '' AND NOT v_is_free);
            END IF;

            v_place := array_position(v_classes, v_class);
            IF v_place IS NULL THEN
                v_classes := v_classes || v_class;
                v_targets := v_targets || v_root;
                CONTINUE;
            END IF;

            -- The lower root stays the root and takes over what the other holds.
            v_target := least(v_targets[v_place], v_root);
            v_cell := greatest(v_targets[v_place], v_root);
            v_parent[v_cell] := v_target;
            v_targets[v_place] := v_target;
            FOR t IN 1 .. v_types LOOP
                v_held[(v_target - 1) * v_types + t] := CASE
                    WHEN -1 IN (v_held[(v_target - 1) * v_types + t], v_held[(v_cell - 1) * v_types + t]) THEN -1
                    WHEN v_held[(v_target - 1) * v_types + t] = 0 THEN v_held[(v_cell - 1) * v_types + t]
                    ELSE v_held[(v_target - 1) * v_types + t]
                END;
                IF v_is_forced AND v_held[(v_cell - 1) * v_types + t] > 0 AND v_held[(v_target - 1) * v_types + t] > 0 THEN
                    v_place := v_held[(v_target - 1) * v_types + t];
                    WHILE v_same[v_place] <> v_place LOOP
                        v_place := v_same[v_place];
                    END LOOP;
                    v_same[v_held[(v_cell - 1) * v_types + t]] := v_place;
                    v_held[(v_target - 1) * v_types + t] := v_place;
                END IF;
            END LOOP;
            v_place := array_position(v_classes, v_class);
        END LOOP;
    END LOOP;

    -- A parent is never above its child, so one pass upwards leaves every record at its root.
    FOR i IN 1 .. p_record_count LOOP
        v_parent[i] := v_parent[v_parent[i]];
    END LOOP;
    RETURN v_parent;
END;
$$;

COMMENT ON FUNCTION c360._protected_partition(integer, integer[], integer[], integer, integer[], integer[], integer[], integer, integer) IS
    'Groups records by shared keys, most trusted first, so that no group holds two values of an exclusive type.';
