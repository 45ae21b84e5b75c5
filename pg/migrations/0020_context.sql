-- Why: what the context of an event says becomes columns: the page, the campaign that led to it, the device; and a tenant says how
-- much of an IP address is kept, and which pause ends a visit.
-- Lock: new types; ACCESS EXCLUSIVE on c360.tenants, a small table, for columns with a constant default; milliseconds.

CREATE TYPE c360.page AS (
    url            text,
    host           text,
    path           text,
    title          text,
    referrer       text,
    referrer_host  text
);
COMMENT ON TYPE c360.page IS 'The page an event happened on, as readers may see it: addresses without query, fragment and credentials, no mail addresses.';

CREATE TYPE c360.campaign AS (
    source         text,
    medium         text,
    name           text,
    term           text,
    content        text,
    id             text,
    click_id_name  text,
    click_id       text
);
COMMENT ON TYPE c360.campaign IS 'The campaign that led to an event.';
COMMENT ON COLUMN c360.campaign.click_id_name IS 'The parameter that an advertising network marked the click with, such as gclid.';

CREATE TYPE c360.device AS (
    type             text,
    manufacturer     text,
    model            text,
    os_name          text,
    os_version       text,
    app_name         text,
    app_version      text,
    library_name     text,
    library_version  text,
    locale           text,
    timezone         text
);
COMMENT ON TYPE c360.device IS 'What an event was sent from.';

CREATE TYPE c360.user_agent AS (
    browser          text,
    browser_version  text,
    os               text,
    os_version       text,
    device_type      text,
    is_bot           boolean
);
COMMENT ON TYPE c360.user_agent IS 'What a user agent says of browser and device.';
COMMENT ON COLUMN c360.user_agent.device_type IS 'desktop, mobile, tablet, tv, console or bot.';

ALTER TABLE c360.tenants
    ADD COLUMN ip text NOT NULL DEFAULT 'shorten',
    ADD COLUMN session_minutes integer NOT NULL DEFAULT 30,
    ADD CONSTRAINT tenants_session_minutes_check CHECK (session_minutes BETWEEN 0 AND 1440),
    ADD CONSTRAINT tenants_ip_check CHECK (ip IN ('keep', 'shorten', 'drop'));
COMMENT ON COLUMN c360.tenants.ip IS 'What is stored of context.ip of an event: keep all, shorten to the network (/24, of IPv6 /48), drop. What is stored already stays.';
COMMENT ON COLUMN c360.tenants.session_minutes IS 'Minutes without an event that end a visit of a client without sessions of its own; 0: visits are not worked out.';

-- Visits of a tenant are worked out by one session at a time.
ALTER TABLE c360.locks DROP CONSTRAINT locks_lock_check;
ALTER TABLE c360.locks
    ADD CONSTRAINT locks_lock_check CHECK (lock IN ('sync', 'metadata', 'resolver', 'scores', 'imports', 'orders', 'sessions'));

DROP FUNCTION IF EXISTS c360._judge_events(c360.sent_event[], timestamptz);
