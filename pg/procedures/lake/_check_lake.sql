-- Refuses who has no lake, works on one of a tenant that was never synced since lakes came, or was given up: p_epoch is the number that
-- hold_lake() gave; NULL asks for the lake alone. Trusts the search_path.
-- Raises: U4460 lake_not_set, U4463 lake_given_up, U4465 lake_not_ready

CREATE OR REPLACE FUNCTION c360._check_lake(p_tenant text, p_epoch bigint DEFAULT NULL)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_epoch bigint;
BEGIN
    IF to_regclass('cdp_lake_files') IS NULL THEN
        RAISE EXCEPTION 'tenant "%" has no tables for a lake yet', p_tenant
            USING ERRCODE = 'U4465',
                  HINT = format('Bring it up to date: c360 tenant sync %s', p_tenant);
    END IF;

    IF p_epoch IS NULL THEN
        SELECT lake.epoch INTO v_epoch FROM c360.lakes AS lake WHERE lake.tenant = p_tenant;
    ELSE
        -- Whoever takes the lake next waits until this transaction has ended.
        SELECT lake.epoch INTO v_epoch FROM c360.lakes AS lake WHERE lake.tenant = p_tenant FOR SHARE;
    END IF;

    IF v_epoch IS NULL THEN
        RAISE EXCEPTION 'tenant "%" has no lake', p_tenant
            USING ERRCODE = 'U4460',
                  HINT = format('Say where it is: c360 lake init %s --to file:///srv/lake', p_tenant);
    END IF;

    IF v_epoch <> p_epoch THEN
        RAISE EXCEPTION 'somebody else works on the lake of tenant "%" now', p_tenant
            USING ERRCODE = 'U4463',
                  HINT = 'This process was given up because its connection broke. What it had written is found again: repeat the command.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_lake(text, bigint) IS
    'Refuses who has no lake, or was given up.';
