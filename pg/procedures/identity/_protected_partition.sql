-- Groups records that contradict each other: the protected partition. Pure: depends on the arguments alone. Records are
-- 1 .. p_record_count in the order of their content. Raises nothing.
--
-- Holder i says that record p_record[i] holds key p_key[i], in key order, most trusted first; p_key_level says what a key
-- may not do: 0 what people decided yields to their prohibitions alone, 1 an exclusive or definitive identifier to exclusive
-- values as well, 2 a strong identifier to everything but size, 3 a pair of a match rule and 4 a weak identifier to everything, 5 a
-- pair of a scored rule to exclusive values, to size, and to what all pairs between the two groups say (_tie_gain; pairs of
-- record r stand from p_near_from[r] on), 6 an identifier of a type that a scored rule decides about to everything: it
-- attaches groups that name no person, if those that name one are a single group, and never unites groups that name persons,
-- 7 the most trusted exclusive and a definitive identifier to what 1 does, except to exclusive values of less trusted types,
-- 8 an alias of a user id to prohibitions, names and days of birth,
-- 9 the account of somebody in another system to what 2 does, except to names: who has it may be called anything there.
-- Value i is held by record p_held_by[i] and has number p_held[i]; value v is of type p_type[v] and means day p_day[v] where
-- the type is birth dates, the name p_given[v] and p_family[v] of somebody born on p_day[v] where it is names. Types: p_limit values
-- at most in one group; p_type_level 0 prohibitions of people, 1 exclusive, 2 strong identifiers, 5 birth dates (no limit,
-- days that conflict), 6 persons by name, or by day where there is no name (no limit, names of different persons), 7 names
-- that say too little to count as a person's, 8 exclusive and less trusted than another exclusive type: a document, which may be
-- renewed, or stand beside one of another kind, under one user id. Records with the same p_evidence count once for the size of
-- a group; NULL: each counts.
--
-- Each record starts alone. Key after key, the groups that hold it are united, unless that would contradict: it adds
-- values of a type beyond its limit, no two days of birth of two groups go together, no two of their names are one person's
-- (_named_persons(), among the names that meet at this key), or the group would be too large.
-- Then the key is contested: in the order of content each group joins the first one that it does not contradict and shares
-- a person or a value in question with, or that says as little about a person as itself. What people forbade keeps groups
-- apart and says nothing else: to be forbidden the same ties nobody.
-- Gives the lowest record of its group for each record, and the ties of the levels 1, 2, 3, 5, 7 and 8 that were refused: key, a
-- record of either side, the type that stood against it (0: size, -2: what the pairs say together).

CREATE OR REPLACE FUNCTION c360._protected_partition(
    p_record_count integer,
    p_key          integer[],
    p_record       integer[],
    p_key_level    integer[],
    p_held_by      integer[],
    p_held         integer[],
    p_type         integer[],
    p_day          date[],
    p_limit        integer[],
    p_type_level   integer[],
    p_largest      integer,
    p_near_from    integer[],
    p_near         integer[],
    p_near_bits    integer[],
    p_given        text[],
    p_family       text[],
    p_evidence     integer[]
)
    RETURNS TABLE (lowest integer[], refused_key integer[], refused_one integer[], refused_other integer[], obstacle integer[])
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_types     integer := coalesce(cardinality(p_limit), 0);
    -- A document is an exclusive identifier to everything but the user's own number.
    v_levels    integer[] := array_replace(p_type_level, 8, 1);
    v_parent    integer[] := ARRAY(SELECT generate_series(1, p_record_count));
    v_size      integer[] := array_fill(1, ARRAY[p_record_count]);
    v_speaks    boolean[] := array_fill(false, ARRAY[p_record_count]);
    v_names     boolean[] := array_fill(false, ARRAY[p_record_count]);
    -- The records of a group are a list that begins with its root.
    v_following integer[] := array_fill(0, ARRAY[p_record_count]);
    v_final     integer[] := v_parent;
    -- What a group holds are three lists of places in p_held: persons (slot 3 * root - 2), days of birth (3 * root - 1),
    -- values of types that have a limit (3 * root). A list may name a value twice after groups were united.
    v_head      integer[] := array_fill(0, ARRAY[3 * p_record_count]);
    v_tail      integer[] := array_fill(0, ARRAY[3 * p_record_count]);
    v_next      integer[] := array_fill(0, ARRAY[coalesce(cardinality(p_held), 0)]);
    -- How long the third list is, in values of types with a limit of one and of others: what is below the least limit
    -- can contradict nothing and is not looked at.
    v_single    integer[] := array_fill(0, ARRAY[p_record_count]);
    v_several   integer[] := array_fill(0, ARRAY[p_record_count]);
    v_born      integer := array_position(p_type_level, 5);
    v_least     integer := coalesce((SELECT min(kind.most) FROM unnest(p_limit) AS kind (most) WHERE kind.most > 1), 0);
    -- What was met in the present round; a round is a number, so that nothing has to be emptied.
    v_round     integer := 0;
    v_mark      integer;
    v_met_root  integer[] := array_fill(0, ARRAY[p_record_count]);
    v_met_value integer[] := array_fill(0, ARRAY[coalesce(cardinality(p_type), 0)]);
    v_met_own   integer[] := v_met_value;
    v_together  integer[];
    v_most      integer[];
    v_own       integer[];
    v_none      integer[] := array_fill(0, ARRAY[v_types]);
    v_unasked   boolean[] := array_fill(false, ARRAY[v_types]);
    v_name_type integer := coalesce(array_position(p_type_level, 6), array_position(p_type_level, 7));
    -- The person that a name means among those that meet at a key; 0 for one that may mean several.
    v_person_of integer[] := v_met_value;
    v_people    integer[];
    v_persons   integer[];
    v_own_names integer[];
    v_roots     integer[];
    v_firsts    integer[];
    v_targets   integer[];
    v_target_of integer[];
    v_days      date[];
    v_days_of   integer[];
    v_own_days  date[];
    v_question  boolean[];
    v_level     integer;
    v_bound     integer;
    v_first     integer := 1;
    v_last      integer;
    v_root      integer;
    v_target    integer;
    v_node      integer;
    v_value     integer;
    v_kind      integer;
    v_sum       integer;
    v_singles   integer;
    v_others    integer;
    v_dated     integer;
    v_slot      integer;
    v_before    integer;
    v_against   integer;
    v_obstacle  integer;
    v_opponent  integer;
    v_related   boolean;
    v_joined    boolean;
    v_contested boolean;
    v_is_full   boolean;
    v_is_dated  boolean;
    v_is_first  boolean;
    v_is_named  boolean;
BEGIN
    refused_key := '{}';
    refused_one := '{}';
    refused_other := '{}';
    obstacle := '{}';

    FOR i IN 1 .. coalesce(cardinality(p_held), 0) LOOP
        v_root := p_held_by[i];
        v_kind := p_type[p_held[i]];
        v_level := v_levels[v_kind];
        v_slot := 3 * v_root - CASE v_level WHEN 7 THEN 2 WHEN 6 THEN 2 WHEN 5 THEN 1 ELSE 0 END;
        IF v_head[v_slot] = 0 THEN
            v_head[v_slot] := i;
        ELSE
            v_next[v_tail[v_slot]] := i;
        END IF;
        v_tail[v_slot] := i;
        IF v_level >= 5 OR v_level = 1 THEN
            v_speaks[v_root] := true;
        END IF;
        IF v_level = 6 THEN
            v_names[v_root] := true;
        ELSIF p_limit[v_kind] = 1 THEN
            v_single[v_root] := v_single[v_root] + 1;
        ELSIF v_level < 5 THEN
            v_several[v_root] := v_several[v_root] + 1;
        END IF;
    END LOOP;

    WHILE v_first <= coalesce(cardinality(p_key), 0) LOOP
        -- The groups that hold this key, in the order of content.
        v_is_first := p_key_level[v_first] = 7;
        v_is_named := p_key_level[v_first] <> 9;
        v_level := CASE p_key_level[v_first] WHEN 7 THEN 1 WHEN 8 THEN 2 WHEN 9 THEN 2 ELSE p_key_level[v_first] END;
        v_bound := CASE p_key_level[v_first] WHEN 5 THEN 1 WHEN 6 THEN 4 WHEN 8 THEN 0 ELSE v_level END;
        v_roots := '{}';
        v_firsts := '{}';
        v_last := v_first;
        v_round := v_round + 1;
        WHILE v_last <= cardinality(p_key) AND p_key[v_last] = p_key[v_first] LOOP
            v_root := p_record[v_last];
            WHILE v_parent[v_root] <> v_root LOOP
                v_parent[v_root] := v_parent[v_parent[v_root]];
                v_root := v_parent[v_root];
            END LOOP;
            IF v_met_root[v_root] <> v_round THEN
                v_met_root[v_root] := v_round;
                v_roots := v_roots || v_root;
                v_firsts := v_firsts || p_record[v_last];
            END IF;
            v_last := v_last + 1;
        END LOOP;
        v_first := v_last;
        CONTINUE WHEN cardinality(v_roots) = 1;

        IF v_level = 5 THEN
            v_root := CASE WHEN v_size[v_roots[1]] <= v_size[v_roots[2]] THEN 1 ELSE 2 END;
            IF c360._tie_gain(
                v_roots[v_root], v_roots[3 - v_root], v_size[v_roots[1]] * v_size[v_roots[2]],
                v_parent, v_following, p_near_from, p_near, p_near_bits
            ) <= 0 THEN
                refused_key := refused_key || p_key[v_last - 1];
                refused_one := refused_one || v_firsts[1];
                refused_other := refused_other || v_firsts[2];
                obstacle := obstacle || -2;
                CONTINUE;
            END IF;
        ELSIF v_level = 6 THEN
            v_sum := 0;
            FOREACH v_root IN ARRAY v_roots LOOP
                v_sum := v_sum + v_names[v_root]::integer;
            END LOOP;
            IF v_sum > 1 THEN
                SELECT
                    array_agg(met.root ORDER BY met.place),
                    array_agg(met.first ORDER BY met.place)
                INTO
                    v_roots,
                    v_firsts
                FROM unnest(v_roots, v_firsts) WITH ORDINALITY AS met (root, first, place)
                WHERE NOT v_names[met.root];
            END IF;
            CONTINUE WHEN coalesce(cardinality(v_roots), 0) < 2;
        END IF;

        v_sum := 0;
        v_singles := 0;
        v_others := 0;
        v_dated := 0;
        FOREACH v_root IN ARRAY v_roots LOOP
            v_sum := v_sum + v_size[v_root];
            v_singles := v_singles + v_single[v_root];
            v_others := v_others + v_several[v_root];
            IF v_head[3 * v_root - 1] <> 0 THEN
                v_dated := v_dated + 1;
            END IF;
        END LOOP;
        v_is_full := v_singles > 1 OR v_others > v_least;
        v_is_dated := v_dated > 1 AND v_level >= 2 AND v_level <> 5;
        v_contested := v_level >= 3 AND v_sum > p_largest AND c360._evidence_of(v_roots, v_following, p_evidence) > p_largest;
        v_days := '{}';
        v_days_of := '{}';

        -- What they hold together, and at most one by one. What a list names twice leaves it.
        IF v_is_full OR v_is_dated THEN
            v_together := v_none;
            v_most := v_none;
            v_round := v_round + 1;
            v_mark := v_round;
            FOREACH v_root IN ARRAY v_roots LOOP
                v_round := v_round + 1;
                v_own := v_none;
                FOR v_place IN 0 .. 1 LOOP
                    CONTINUE WHEN NOT CASE v_place WHEN 0 THEN v_is_full ELSE v_is_dated END;
                    v_slot := 3 * v_root - v_place;
                    v_before := 0;
                    v_node := v_head[v_slot];
                    WHILE v_node <> 0 LOOP
                        v_value := p_held[v_node];
                        IF v_met_own[v_value] = v_round THEN
                            v_next[v_before] := v_next[v_node];
                        ELSE
                            v_met_own[v_value] := v_round;
                            v_before := v_node;
                            v_kind := p_type[v_value];
                            v_own[v_kind] := v_own[v_kind] + 1;
                            IF v_place = 1 THEN
                                v_days := v_days || p_day[v_value];
                                v_days_of := v_days_of || v_root;
                            ELSIF v_levels[v_kind] <= v_bound AND NOT (v_is_first AND p_type_level[v_kind] = 8) THEN
                                IF v_met_value[v_value] <> v_mark THEN
                                    v_met_value[v_value] := v_mark;
                                    v_together[v_kind] := v_together[v_kind] + 1;
                                END IF;
                                IF v_own[v_kind] > v_most[v_kind] THEN
                                    v_most[v_kind] := v_own[v_kind];
                                END IF;
                            END IF;
                        END IF;
                        v_node := v_next[v_node];
                    END LOOP;
                    v_tail[v_slot] := v_before;
                END LOOP;
                IF v_is_full THEN
                    v_single[v_root] := 0;
                    v_several[v_root] := 0;
                    FOR t IN 1 .. v_types LOOP
                        IF p_limit[t] = 1 THEN
                            v_single[v_root] := v_single[v_root] + v_own[t];
                        ELSIF v_levels[t] < 5 THEN
                            v_several[v_root] := v_several[v_root] + v_own[t];
                        END IF;
                    END LOOP;
                END IF;
            END LOOP;
        END IF;
        v_question := v_unasked;
        IF v_is_full THEN
            FOR t IN 1 .. v_types LOOP
                IF v_together[t] > p_limit[t] AND v_together[t] > v_most[t] THEN
                    v_contested := true;
                    v_question[t] := true;
                END IF;
            END LOOP;
        END IF;
        IF NOT v_contested AND NOT v_days[1] = ALL (v_days) THEN
            v_contested := EXISTS (
                SELECT
                FROM unnest(v_days, v_days_of) AS one (day, root)
                JOIN unnest(v_days, v_days_of) AS other (day, root) ON other.root > one.root
                GROUP BY
                    one.root,
                    other.root
                HAVING bool_and(c360._dates_conflict(one.day, other.day))
            );
        END IF;
        CONTINUE WHEN v_contested AND v_level = 0;

        -- Whom the groups name, and whether two of them name others.
        IF v_contested OR v_is_named AND v_level IN (2, 3, 4, 6) THEN
            v_people := '{}';
            v_round := v_round + 1;
            FOREACH v_root IN ARRAY v_roots LOOP
                v_node := v_head[3 * v_root - 2];
                WHILE v_node <> 0 LOOP
                    v_value := p_held[v_node];
                    IF v_met_value[v_value] <> v_round THEN
                        v_met_value[v_value] := v_round;
                        v_person_of[v_value] := v_value;
                        IF p_given[v_value] IS NOT NULL OR p_family[v_value] IS NOT NULL THEN
                            v_people := v_people || v_value;
                        END IF;
                    END IF;
                    v_node := v_next[v_node];
                END LOOP;
            END LOOP;
            IF cardinality(v_people) > 1 THEN
                v_people := ARRAY(SELECT met.value FROM unnest(v_people) AS met (value) ORDER BY met.value);
                v_persons := c360._named_persons(
                    ARRAY(SELECT p_given[met.value] FROM unnest(v_people) WITH ORDINALITY AS met (value, place) ORDER BY met.place),
                    ARRAY(SELECT p_family[met.value] FROM unnest(v_people) WITH ORDINALITY AS met (value, place) ORDER BY met.place),
                    ARRAY(SELECT p_day[met.value] FROM unnest(v_people) WITH ORDINALITY AS met (value, place) ORDER BY met.place)
                );
                FOR i IN 1 .. cardinality(v_people) LOOP
                    v_person_of[v_people[i]] := coalesce(v_people[v_persons[i]], 0);
                END LOOP;
                IF NOT v_contested AND v_is_named AND v_level IN (2, 3, 4, 6)
                    AND (SELECT count(DISTINCT person) FROM unnest(v_persons) AS person) > 1
                THEN
                    v_contested := EXISTS (
                        WITH called AS MATERIALIZED (
                            SELECT DISTINCT c360._persons_of_group(v_head[3 * met.root - 2], p_held, v_next, v_person_of, p_given, p_family) AS persons
                            FROM unnest(v_roots) AS met (root)
                        )
                        SELECT
                        FROM called AS one
                        JOIN called AS other ON NOT one.persons && other.persons
                        WHERE one.persons <> '{}'
                          AND other.persons <> '{}'
                    );
                END IF;
            END IF;
        END IF;

        v_targets := v_roots[1:1];
        v_target_of := v_firsts[1:1];
        FOR i IN 2 .. cardinality(v_roots) LOOP
            v_root := v_roots[i];
            v_joined := false;
            v_obstacle := -1;
            FOR j IN 1 .. cardinality(v_targets) LOOP
                v_target := v_targets[j];
                v_against := -1;
                v_round := v_round + 1;
                v_related := NOT v_contested OR NOT (v_speaks[v_root] OR v_speaks[v_target]);

                IF v_contested THEN
                    v_together := v_none;
                    v_own := v_none;
                    v_days := '{}';
                    v_own_days := '{}';
                    v_people := '{}';
                    v_own_names := '{}';
                    FOR v_slot IN 3 * v_target - 2 .. 3 * v_target LOOP
                        v_node := v_head[v_slot];
                        WHILE v_node <> 0 LOOP
                            v_value := p_held[v_node];
                            IF v_met_value[v_value] <> v_round THEN
                                v_met_value[v_value] := v_round;
                                v_kind := p_type[v_value];
                                v_together[v_kind] := v_together[v_kind] + 1;
                                IF v_levels[v_kind] = 5 THEN
                                    v_days := v_days || p_day[v_value];
                                ELSIF v_levels[v_kind] > 5 AND v_person_of[v_value] > 0 THEN
                                    v_people := v_people || v_person_of[v_value];
                                END IF;
                            END IF;
                            v_node := v_next[v_node];
                        END LOOP;
                    END LOOP;
                    v_most := v_together;
                    FOR v_slot IN 3 * v_root - 2 .. 3 * v_root LOOP
                        v_node := v_head[v_slot];
                        WHILE v_node <> 0 LOOP
                            v_value := p_held[v_node];
                            IF v_met_own[v_value] <> v_round THEN
                                v_met_own[v_value] := v_round;
                                v_kind := p_type[v_value];
                                v_own[v_kind] := v_own[v_kind] + 1;
                                IF v_met_value[v_value] <> v_round THEN
                                    v_together[v_kind] := v_together[v_kind] + 1;
                                ELSIF v_question[v_kind] AND p_limit[v_kind] = 1 AND v_levels[v_kind] > 0 THEN
                                    v_related := true;
                                END IF;
                                IF v_levels[v_kind] = 5 THEN
                                    v_own_days := v_own_days || p_day[v_value];
                                ELSIF v_levels[v_kind] > 5 AND v_person_of[v_value] > 0 THEN
                                    v_own_names := v_own_names || v_person_of[v_value];
                                END IF;
                            END IF;
                            v_node := v_next[v_node];
                        END LOOP;
                    END LOOP;
                    FOR t IN 1 .. v_types LOOP
                        IF v_against < 0 AND v_levels[t] <= v_bound AND NOT (v_is_first AND p_type_level[t] = 8)
                            AND v_together[t] > p_limit[t]
                            AND v_together[t] > greatest(v_most[t], v_own[t])
                        THEN
                            v_against := t;
                        END IF;
                    END LOOP;
                    IF v_against < 0 AND v_level >= 2 AND v_level <> 5
                        AND cardinality(v_days) > 0 AND cardinality(v_own_days) > 0 AND NOT v_days && v_own_days
                    THEN
                        IF NOT EXISTS (
                            SELECT
                            FROM unnest(v_days) AS one (day)
                            CROSS JOIN unnest(v_own_days) AS other (day)
                            WHERE NOT c360._dates_conflict(one.day, other.day)
                        ) THEN
                            v_against := v_born;
                        END IF;
                    END IF;
                    IF v_people && v_own_names THEN
                        v_related := true;
                    ELSIF v_against < 0 AND v_is_named AND v_level >= 2 AND v_level <> 5
                        AND EXISTS (SELECT FROM unnest(v_people) AS met (value) WHERE p_given[met.value] <> '' OR p_family[met.value] <> '')
                        AND EXISTS (SELECT FROM unnest(v_own_names) AS met (value) WHERE p_given[met.value] <> '' OR p_family[met.value] <> '')
                    THEN
                        v_against := v_name_type;
                    END IF;
                    IF v_against < 0 AND v_level >= 3 AND v_size[v_root] + v_size[v_target] > p_largest
                        AND c360._evidence_of(ARRAY[v_root, v_target], v_following, p_evidence) > p_largest
                    THEN
                        v_against := 0;
                    END IF;
                    IF v_against >= 0 AND v_obstacle < 0 THEN
                        v_obstacle := v_against;
                        v_opponent := v_target_of[j];
                    END IF;
                    CONTINUE WHEN v_against >= 0 OR NOT v_related;
                END IF;

                -- The lower root stays the root and takes over what the other holds.
                v_sum := greatest(v_root, v_target);
                v_root := least(v_root, v_target);
                v_parent[v_sum] := v_root;
                v_targets[j] := v_root;
                v_size[v_root] := v_size[v_root] + v_size[v_sum];
                v_speaks[v_root] := v_speaks[v_root] OR v_speaks[v_sum];
                v_names[v_root] := v_names[v_root] OR v_names[v_sum];
                v_following[v_final[v_root]] := v_sum;
                v_final[v_root] := v_final[v_sum];
                v_single[v_root] := v_single[v_root] + v_single[v_sum];
                v_several[v_root] := v_several[v_root] + v_several[v_sum];
                FOR v_place IN 0 .. 2 LOOP
                    v_slot := 3 * v_root - v_place;
                    v_node := v_head[3 * v_sum - v_place];
                    CONTINUE WHEN v_node = 0;
                    IF v_head[v_slot] = 0 THEN
                        v_head[v_slot] := v_node;
                    ELSE
                        v_next[v_tail[v_slot]] := v_node;
                    END IF;
                    v_tail[v_slot] := v_tail[3 * v_sum - v_place];
                END LOOP;
                v_joined := true;
                EXIT;
            END LOOP;

            IF NOT v_joined THEN
                v_targets := v_targets || v_root;
                v_target_of := v_target_of || v_firsts[i];
                IF v_obstacle >= 0 AND v_level IN (1, 2, 3, 5) THEN
                    refused_key := refused_key || p_key[v_last - 1];
                    refused_one := refused_one || v_opponent;
                    refused_other := refused_other || v_firsts[i];
                    obstacle := obstacle || v_obstacle;
                END IF;
            END IF;
        END LOOP;
    END LOOP;

    -- A parent is never above its child, so one pass upwards leaves every record at its root.
    FOR i IN 1 .. p_record_count LOOP
        v_parent[i] := v_parent[v_parent[i]];
    END LOOP;
    lowest := v_parent;
    RETURN NEXT;
END;
$$;

COMMENT ON FUNCTION c360._protected_partition(
    integer, integer[], integer[], integer[], integer[], integer[], integer[], date[], integer[], integer[], integer,
    integer[], integer[], integer[], text[], text[], integer[]
) IS
    'Groups records by shared keys, most trusted first, so that no group contradicts itself; names the ties it refused.';
