-- What is kept of an IP address: all of it (keep), its network (shorten: /24, of IPv6 /48), nothing (drop). An address of IPv6 that
-- carries one of IPv4 (mapped, 6to4) loses the last eight bits of that. Of several, as proxies write them, the first counts; a port,
-- brackets and a zone go. Unless all is kept, what cannot be read as an address is not kept either: it may hold one. NULL:
-- nothing. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._kept_ip(p_ip jsonb, p_rule text)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN p_rule = 'keep' THEN p_ip
        WHEN p_rule = 'drop' OR NOT pg_input_is_valid(said.address, 'inet') THEN NULL
        ELSE (
            SELECT to_jsonb(host(network(set_masklen(
                CASE WHEN address.ip <<= inet '::ffff:0.0.0.0/96' THEN inet '0.0.0.0' + (address.ip - inet '::ffff:0.0.0.0') ELSE address.ip END,
                CASE
                    WHEN family(address.ip) = 4 OR address.ip <<= inet '::ffff:0.0.0.0/96' THEN 24
                    WHEN address.ip <<= inet '2002::/16' THEN 40
                    ELSE 48
                END
            ))))
            FROM (SELECT said.address::inet AS ip OFFSET 0) AS address
        )
    END
    FROM (
        SELECT coalesce(
            substring(first.text FROM '^\[([0-9A-Fa-f:.]+)(?:%[^]]*)?\](?::\d+)?$'),
            substring(first.text FROM '^(\d+\.\d+\.\d+\.\d+)(?::\d+|/\d+)?$'),
            substring(first.text FROM '^([0-9A-Fa-f:]+:[0-9A-Fa-f:.]*)(?:%.*|/\d+)?$'),
            ''
        ) AS address
        FROM (
            SELECT btrim(split_part(left(
                CASE jsonb_typeof(p_ip) WHEN 'string' THEN p_ip #>> '{}' WHEN 'array' THEN p_ip ->> 0 END, 200
            ), ',', 1)) AS text
        ) AS first
        OFFSET 0
    ) AS said;
$$;

COMMENT ON FUNCTION c360._kept_ip(jsonb, text) IS
    'What of an IP address is kept.';
