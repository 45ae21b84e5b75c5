-- What every installation needs before its first migration: the lock, the version check, roles, schemas,
-- extensions, the ledgers and the installer's own helpers.
--
-- Repeatable: safe to run any number of times, by a superuser or by the plain owner of a database.
-- Plain SQL without psql commands, because psql and the Python installer both run this very file.
-- Raises: U9001 postgres_too_old, U9008 letters_unknown, U9003 extension_missing, U9004 database_not_writable


-- One installer at a time in this database, until the transaction ends. The first installation has nothing to lock but an
-- advisory lock, which every login could hold against it; all later ones lock the ledger, which only its owner can. Who may
-- not act as the owner gets no lock and, further down, no installation either.
DO $$
DECLARE
    v_owner  name;
    v_before text := current_setting('role');
BEGIN
    IF NOT EXISTS (
        SELECT
        FROM pg_class AS ledger
        JOIN pg_namespace AS schema ON schema.oid = ledger.relnamespace
        WHERE schema.nspname = 'c360'
          AND ledger.relname = 'migrations'
    ) THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('c360.install', 0));
    END IF;

    -- Looked for again: another installer may have made it meanwhile.
    SELECT owner.rolname
    INTO v_owner
    FROM pg_class AS ledger
    JOIN pg_namespace AS schema ON schema.oid = ledger.relnamespace
    JOIN pg_roles AS owner ON owner.oid = ledger.relowner
    WHERE schema.nspname = 'c360'
      AND ledger.relname = 'migrations'
      AND pg_has_role(owner.oid, 'SET');

    IF FOUND THEN
        PERFORM set_config('role', v_owner, true);
        LOCK TABLE c360.migrations IN SHARE ROW EXCLUSIVE MODE;
        PERFORM set_config('role', v_before, true);
    END IF;
END;
$$;

SET LOCAL client_min_messages = warning;
SET LOCAL search_path = pg_catalog, pg_temp;


DO $$
BEGIN
    IF current_setting('server_version_num')::integer < 160000 THEN
        RAISE EXCEPTION 'PostgreSQL % is too old for c360', current_setting('server_version')
            USING ERRCODE = 'U9001',
                  DETAIL = 'c360 needs PostgreSQL 16 or newer.',
                  HINT = 'Upgrade the server, or point the connection at another one.';
    END IF;

    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'the database has the encoding %, which does not have the letters of every script',
            current_setting('server_encoding')
            USING ERRCODE = 'U9008',
                  HINT = 'Create the database with TEMPLATE template0 ENCODING ''UTF8''.';
    END IF;
END;
$$;


-- With temporary objects anybody could put types, functions and operators of their own where a statement with borrowed rights may
-- meet them. Only the owner of a database can take that from PUBLIC; where somebody else installs, c360 doctor says so. Who needs
-- temporary objects in this database is granted them by name.
DO $$
BEGIN
    IF EXISTS (
        SELECT
        FROM pg_database AS here
        CROSS JOIN aclexplode(coalesce(here.datacl, acldefault('d', here.datdba))) AS granted
        WHERE here.datname = current_database()
          AND pg_has_role(here.datdba, 'USAGE')
          AND granted.grantee = 0
          AND granted.privilege_type = 'TEMPORARY'
    ) THEN
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    END IF;
END;
$$;


-- Roles belong to the cluster, this lock only to the database: an installer in another database may create
-- the same role at the same moment. Losing that race is fine, the role is there either way.
-- c360_owner has CREATEROLE so that it can make the roles of a tenant. Since PostgreSQL 16 this reaches only
-- roles it created itself, which is why it, and not the installing user, creates all the others.
DO $$
DECLARE
    v_may_create boolean;
    v_wanted     record;
BEGIN
    SELECT installer.rolsuper OR installer.rolcreaterole
    INTO v_may_create
    FROM pg_roles AS installer
    WHERE installer.rolname = current_user;

    IF v_may_create AND to_regrole('c360_owner') IS NULL THEN
        BEGIN
            CREATE ROLE c360_owner NOLOGIN CREATEROLE;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL;
        END;
    END IF;

    IF to_regrole('c360_owner') IS NULL THEN
        RETURN;
    END IF;

    -- Who creates a role without being superuser holds only ADMIN on it; owning things through it needs SET as well.
    IF NOT pg_has_role('c360_owner', 'SET') AND pg_has_role('c360_owner', 'MEMBER WITH ADMIN OPTION') THEN
        BEGIN
            EXECUTE format('GRANT c360_owner TO %I WITH SET TRUE, INHERIT TRUE', current_user);
        EXCEPTION
            WHEN unique_violation THEN
                NULL;
        END;
    END IF;

    IF NOT pg_has_role('c360_owner', 'SET') THEN
        RETURN;
    END IF;

    -- Whoever installed first stays the owner: an installation never changes hands by being repeated.
    IF EXISTS (
        SELECT
        FROM pg_namespace AS schema
        WHERE schema.nspname = 'c360'
          AND schema.nspowner <> to_regrole('c360_owner')
    ) THEN
        RETURN;
    END IF;

    IF NOT has_database_privilege('c360_owner', current_database(), 'CREATE')
        OR NOT has_database_privilege('c360_owner', current_database(), 'TEMPORARY')
    THEN
        BEGIN
            EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO c360_owner', current_database());
        EXCEPTION
            WHEN insufficient_privilege THEN
                NULL;
        END;
    END IF;

    PERFORM set_config('role', 'c360_owner', true);

    FOR v_wanted IN
        SELECT
            wanted.role_name,
            wanted.attributes
        FROM (
            VALUES
                ('c360_gateway', 'LOGIN'),
                ('c360_relay', 'LOGIN'),
                ('c360_worker', 'LOGIN'),
                ('c360_authenticator', 'LOGIN NOINHERIT'),
                ('c360_reader', 'NOLOGIN'),
                ('c360_writer', 'NOLOGIN'),
                ('c360_admin', 'NOLOGIN')
        ) AS wanted (role_name, attributes)
        WHERE to_regrole(wanted.role_name) IS NULL
    LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I %s', v_wanted.role_name, v_wanted.attributes);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL;
        END;
    END LOOP;
END;
$$;


DO $$
BEGIN
    IF NOT has_database_privilege(current_database(), 'CREATE') THEN
        RAISE EXCEPTION 'role "%" may not create schemas in database "%"', current_user, current_database()
            USING ERRCODE = 'U9004',
                  HINT = format('As the owner of the database: GRANT CREATE, TEMPORARY ON DATABASE %I TO %I;',
                                current_database(), current_user);
    END IF;
END;
$$;


CREATE SCHEMA IF NOT EXISTS c360;
CREATE SCHEMA IF NOT EXISTS c360_v1;
CREATE SCHEMA IF NOT EXISTS c360_ext;

COMMENT ON SCHEMA c360 IS 'Customer 360: governance metadata, topics and functions. Private; call it through granted functions.';
COMMENT ON SCHEMA c360_v1 IS 'Customer 360: the HTTP surface, version 1. The only schema HTTP exposes.';
COMMENT ON SCHEMA c360_ext IS 'Customer 360: extensions that were not in the database already.';

REVOKE ALL ON SCHEMA c360, c360_v1, c360_ext FROM PUBLIC;

-- The global form: default privileges of one schema cannot take back what PUBLIC is given by default everywhere.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;


DO $$
DECLARE
    v_extension text;
BEGIN
    FOREACH v_extension IN ARRAY ARRAY['unaccent', 'pg_trgm', 'fuzzystrmatch'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_extension WHERE extname = v_extension);

        IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = v_extension) THEN
            RAISE EXCEPTION 'extension "%" is not available on this server', v_extension
                USING ERRCODE = 'U9003',
                      HINT = 'Install the contrib package of PostgreSQL on the server.';
        END IF;

        EXECUTE format('CREATE EXTENSION %I WITH SCHEMA c360_ext', v_extension);
    END LOOP;
END;
$$;


-- Says where an extension lives: an installation uses the ones it finds, wherever they are.
CREATE OR REPLACE FUNCTION c360._extension_schema(p_extension name)
    RETURNS name
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT schema.nspname
    FROM pg_extension AS extension
    JOIN pg_namespace AS schema ON schema.oid = extension.extnamespace
    WHERE extension.extname = p_extension;
$$;

COMMENT ON FUNCTION c360._extension_schema(name) IS
    'The schema an extension is installed in; NULL when it is not installed.';


-- unaccent() is STABLE because its dictionary can be changed. Ours is named and not meant to change, so the wrapper
-- may promise IMMUTABLE and serve in indexes. Built here because only here is the schema of the extension known.
DO $$
BEGIN
    EXECUTE format(
        $function$
            CREATE OR REPLACE FUNCTION c360._unaccent(p_text text)
                RETURNS text
                LANGUAGE plpgsql
                IMMUTABLE STRICT PARALLEL SAFE
            AS $body$
            BEGIN
                RETURN %1$I.unaccent(%2$L::regdictionary, p_text);
            END;
            $body$
        $function$,
        c360._extension_schema('unaccent'),
        format('%I.unaccent', c360._extension_schema('unaccent'))
    );
END;
$$;

COMMENT ON FUNCTION c360._unaccent(text) IS
    'Text without accents, usable in indexes; after a change of the unaccent rules, reindex what is built on it.';


CREATE TABLE IF NOT EXISTS c360.migrations (
    migration  text NOT NULL,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    applied_by text NOT NULL DEFAULT session_user,
    CONSTRAINT migrations_pkey PRIMARY KEY (migration),
    CONSTRAINT migrations_migration_check CHECK (migration ~ '^[0-9]{4}_[a-z0-9_]+$'),
    CONSTRAINT migrations_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$')
);

COMMENT ON TABLE c360.migrations IS 'Ledger of the migrations that have run here, each frozen by the checksum of its file.';
COMMENT ON COLUMN c360.migrations.migration IS 'Name of the file without folder and ending.';
COMMENT ON COLUMN c360.migrations.sha256 IS 'SHA-256 of the file that ran.';
COMMENT ON COLUMN c360.migrations.applied_at IS 'Start of the transaction that ran it.';
COMMENT ON COLUMN c360.migrations.applied_by IS 'Login role that ran it.';


CREATE TABLE IF NOT EXISTS c360.repeatables (
    path       text NOT NULL,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT repeatables_pkey PRIMARY KEY (path),
    CONSTRAINT repeatables_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$')
);

COMMENT ON TABLE c360.repeatables IS 'Ledger of functions, triggers, views and grants: which text of each file is in force here.';
COMMENT ON COLUMN c360.repeatables.path IS 'Path of the file below pg/.';
COMMENT ON COLUMN c360.repeatables.sha256 IS 'SHA-256 of the text in force.';
COMMENT ON COLUMN c360.repeatables.applied_at IS 'When this text came into force first; repeating the installation does not move it.';


CREATE TABLE IF NOT EXISTS c360.releases (
    release          text NOT NULL,
    manifest_sha256  text NOT NULL,
    applied_at       timestamptz NOT NULL DEFAULT now(),
    applied_by       text NOT NULL DEFAULT session_user,
    CONSTRAINT releases_pkey PRIMARY KEY (release),
    CONSTRAINT releases_release_check CHECK (release ~ '^[0-9]{1,6}(\.[0-9]{1,6}){2}'),
    CONSTRAINT releases_manifest_sha256_check CHECK (manifest_sha256 ~ '^[0-9a-f]{64}$')
);

COMMENT ON TABLE c360.releases IS 'Ledger of the releases that have been installed here; an older one than the newest is refused.';
COMMENT ON COLUMN c360.releases.release IS 'Version; its first three numbers give the order.';
COMMENT ON COLUMN c360.releases.manifest_sha256 IS 'SHA-256 of the whole manifest, one line "path checksum" a file: which text of the release. It never changes for one that was published.';
COMMENT ON COLUMN c360.releases.applied_at IS 'When this text of it was installed first; repeating the installation does not move it.';
COMMENT ON COLUMN c360.releases.applied_by IS 'Login role that installed it.';


-- Both are filled by manifest.sql under psql, and by the Python installer from the files themselves.
CREATE TEMPORARY TABLE c360_manifest (
    path   text PRIMARY KEY,
    sha256 text NOT NULL
) ON COMMIT DROP;

CREATE TEMPORARY TABLE c360_release (
    release text NOT NULL
) ON COMMIT DROP;


CREATE OR REPLACE FUNCTION c360._release_number(p_release text)
    RETURNS integer[]
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_to_array(substring(p_release FROM '^[0-9]+[.][0-9]+[.][0-9]+'), '.')::integer[];
$$;

COMMENT ON FUNCTION c360._release_number(text) IS
    'The number by which releases are ordered; 0.2.0.dev1 counts as 0.2.0.';


-- Refuses to put older code on a newer database: its functions would not know the newer tables, and would take the place of
-- newer functions. Older is what has a lower version than something installed here before, whichever files differ, or lacks
-- a migration that ran here. Files that differ within one version are work in progress on it and are installed.
-- Raises: U9006 database_is_newer
CREATE OR REPLACE PROCEDURE c360._check_release()
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_own     text;
    v_newest  text;
    v_unknown text;
BEGIN
    SELECT own.release
    INTO v_own
    FROM pg_temp.c360_release AS own;

    SELECT applied.release
    INTO v_newest
    FROM c360.releases AS applied
    ORDER BY c360._release_number(applied.release) DESC
    LIMIT 1;

    IF c360._release_number(v_newest) > c360._release_number(v_own) THEN
        RAISE EXCEPTION 'this database was installed by a newer release of c360'
            USING ERRCODE = 'U9006',
                  DETAIL = format('It has release %s, this one is %s.', v_newest, v_own),
                  HINT = 'Install with the newer release, or restore the backup made before the upgrade.';
    END IF;

    SELECT string_agg(applied.migration, ', ' ORDER BY applied.migration)
    INTO v_unknown
    FROM c360.migrations AS applied
    WHERE NOT EXISTS (
        SELECT
        FROM pg_temp.c360_manifest AS listed
        WHERE listed.path = 'migrations/' || applied.migration || '.sql'
    );

    IF v_unknown IS NOT NULL THEN
        RAISE EXCEPTION 'this database was installed by a newer release of c360'
            USING ERRCODE = 'U9006',
                  DETAIL = format('Migrations this release does not know: %s.', v_unknown),
                  HINT = 'Install with the newer release, or restore the backup made before the upgrade.';
    END IF;
END;
$$;

COMMENT ON PROCEDURE c360._check_release() IS
    'Refuses to install when the ledgers hold a newer release, or migrations that the manifest does not list.';


-- Answers whether a migration still has to run. Call once before each, inside the installing transaction.
-- Raises: U9002 migration_changed, U9005 file_not_in_manifest
CREATE OR REPLACE FUNCTION c360._migration_pending(p_migration text)
    RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_sha256  text;
    v_applied text;
BEGIN
    SELECT listed.sha256
    INTO v_sha256
    FROM pg_temp.c360_manifest AS listed
    WHERE listed.path = 'migrations/' || p_migration || '.sql';

    IF NOT FOUND THEN
        RAISE EXCEPTION 'migration "%" is not in the manifest', p_migration
            USING ERRCODE = 'U9005',
                  HINT = 'Run "make manifest" after adding a file.';
    END IF;

    SELECT applied.sha256
    INTO v_applied
    FROM c360.migrations AS applied
    WHERE applied.migration = p_migration;

    IF v_applied <> v_sha256 THEN
        RAISE EXCEPTION 'migration "%" was changed after it had run here', p_migration
            USING ERRCODE = 'U9002',
                  DETAIL = format('Applied with SHA-256 %s, the file now has %s.', v_applied, v_sha256),
                  HINT = 'Restore the file and put the change into a migration with the next number.';
    END IF;

    RETURN v_applied IS NULL;
END;
$$;

COMMENT ON FUNCTION c360._migration_pending(text) IS
    'True when a migration has not run here yet; refuses a migration whose file was changed since.';


-- Writes a migration into the ledger. Call once after it ran, in the same transaction.
CREATE OR REPLACE FUNCTION c360._record_migration(p_migration text)
    RETURNS text
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO c360.migrations (migration, sha256)
    SELECT
        p_migration,
        listed.sha256
    FROM pg_temp.c360_manifest AS listed
    WHERE listed.path = 'migrations/' || p_migration || '.sql'
    RETURNING migration;
$$;

COMMENT ON FUNCTION c360._record_migration(text) IS
    'Notes in c360.migrations that a migration has run, with the checksum of its file.';


-- Brings the ledger of repeatables in line with the manifest. Safe to repeat: unchanged rows stay untouched.
CREATE OR REPLACE PROCEDURE c360._record_repeatables()
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM c360.repeatables AS recorded
    WHERE NOT EXISTS (
        SELECT
        FROM pg_temp.c360_manifest AS listed
        WHERE listed.path = recorded.path
    );

    INSERT INTO c360.repeatables AS recorded (path, sha256)
    SELECT
        listed.path,
        listed.sha256
    FROM pg_temp.c360_manifest AS listed
    WHERE listed.path NOT LIKE 'migrations/%'
    ON CONFLICT (path) DO UPDATE
    SET sha256 = excluded.sha256,
        applied_at = excluded.applied_at
    WHERE recorded.sha256 <> excluded.sha256;
END;
$$;

COMMENT ON PROCEDURE c360._record_repeatables() IS
    'Notes in c360.repeatables which text of each function, trigger, view and grant file is in force.';


-- Notes which release is installed now, and by the checksum of the whole manifest which text of it. Safe to repeat.
CREATE OR REPLACE PROCEDURE c360._record_release()
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO c360.releases AS recorded (release, manifest_sha256)
    SELECT
        own.release,
        (
            SELECT encode(sha256(convert_to(
                string_agg(listed.path || ' ' || listed.sha256 || chr(10), '' ORDER BY listed.path COLLATE "C"), 'UTF8'
            )), 'hex')
            FROM pg_temp.c360_manifest AS listed
        )
    FROM pg_temp.c360_release AS own
    ON CONFLICT (release) DO UPDATE
    SET manifest_sha256 = excluded.manifest_sha256,
        applied_at = excluded.applied_at,
        applied_by = excluded.applied_by
    WHERE recorded.manifest_sha256 <> excluded.manifest_sha256;
END;
$$;

COMMENT ON PROCEDURE c360._record_release() IS
    'Notes in c360.releases which release is installed, with the checksum of its whole manifest.';


-- Grants to one of the c360 roles, or does nothing where the installation had to go on without roles.
CREATE OR REPLACE PROCEDURE c360._grant(p_privilege text, p_role name)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_regrole(quote_ident(p_role)) IS NOT NULL THEN
        EXECUTE format('GRANT %s TO %I', p_privilege, p_role);
    END IF;
END;
$$;

COMMENT ON PROCEDURE c360._grant(text, name) IS
    'GRANT <privilege> TO <role>; silent when the role does not exist, as on servers without CREATEROLE.';

-- When an older installation made them before the default privileges above applied.
REVOKE ALL ON ALL ROUTINES IN SCHEMA c360, c360_v1 FROM PUBLIC;
