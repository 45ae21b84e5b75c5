ALTER TABLE tenant_plain.cdp_master_profiles ADD COLUMN email text;
CREATE INDEX cdp_master_profiles_email_idx ON tenant_plain.cdp_master_profiles USING btree (email) WHERE email IS NOT NULL;
ALTER TABLE tenant_plain.cdp_master_profiles ADD COLUMN first_name text;
COMMENT ON COLUMN tenant_plain.cdp_master_profiles.first_name IS 'Given name.';
