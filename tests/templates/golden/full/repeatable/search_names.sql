-- Form 1 of c360._search_form(). The expression is that of c360._searched_names(). Of all golden records, because the planner does not use
-- what is known about the values of a partial index. Locks out writers of golden records while it is made.
DROP INDEX IF EXISTS tenant_full.cdp_master_profiles_search_idx;
CREATE INDEX cdp_master_profiles_search_idx ON tenant_full.cdp_master_profiles USING gin (
    c360._search_form(''::text || ' '::text || coalesce(cdp_master_profiles.as_name, ''::text))
    c360_ext.gin_trgm_ops
);
