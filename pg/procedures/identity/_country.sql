-- The country that a record names in one of several traits, as c360.normalise_country() reads it: the first that is understood, else the
-- first that says something, as it is. An object ({"name": "New Zealand", "code": "NZ"}) or a list is understood where what is
-- understood of it is one country. NULL only where nothing was said: what cannot be read is not absent. Raises nothing.

CREATE OR REPLACE FUNCTION c360._country(p_said jsonb[])
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT read.country
    FROM unnest(p_said) WITH ORDINALITY AS said (value, place)
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN jsonb_typeof(said.value) NOT IN ('object', 'array') THEN c360.normalise_country(c360._scalar(said.value))
            ELSE (
                SELECT CASE
                    WHEN count(DISTINCT part.country) = 1 THEN min(part.country)
                    WHEN NOT bool_and(part.says_nothing) THEN left(said.value::text, 100)
                END
                FROM (
                    SELECT
                        c360._says_nothing(item.value) AS says_nothing,
                        substring(
                            c360.normalise_country(
                                CASE
                                    WHEN c360._bare_name(item.name) = ANY (
                                        '{"",code,iso,iso2,iso3,isocode,isoalpha2,isoalpha3,alpha2,alpha3,countrycode,country,countryname,name,label,value}'
                                    ) THEN c360._scalar(item.value)
                                END
                            )
                            FROM '^[A-Z]{2}$'
                        ) AS country
                    FROM (
                        SELECT member.key, member.value
                        FROM jsonb_each(CASE WHEN jsonb_typeof(said.value) = 'object' THEN said.value END) AS member
                        UNION ALL
                        SELECT '', element.value
                        FROM jsonb_array_elements(CASE WHEN jsonb_typeof(said.value) = 'array' THEN said.value END) AS element
                    ) AS item (name, value)
                ) AS part
            )
        END AS country
    ) AS read
    WHERE read.country IS NOT NULL
    ORDER BY
        read.country ~ '^[A-Z]{2}$' DESC,
        said.place
    LIMIT 1
$$;

COMMENT ON FUNCTION c360._country(jsonb[]) IS
    'The country that traits of a record name, as ISO 3166-1 alpha-2 where it can be told; NULL where none was said.';
