-- Form 1 of c360._search_form(). The expression is that of c360._searched_names(). Of all golden records, because the planner does not use
-- what is known about the values of a partial index. Locks out writers of golden records while it is made.
DROP INDEX IF EXISTS tenant_select_2.cdp_master_profiles_search_idx;
