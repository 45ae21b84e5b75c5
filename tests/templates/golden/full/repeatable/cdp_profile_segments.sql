CREATE OR REPLACE VIEW tenant_full.cdp_profile_segments AS
SELECT
    member.master_profile_id,
    member.segment,
    member.entered_at
FROM tenant_full.cdp_segment_members AS member
JOIN tenant_full.cdp_segment_states AS state ON state.segment = member.segment
WHERE NOT state.columns && ARRAY['national_ids', 'born']::text[]
  AND NOT EXISTS (
      SELECT
      FROM unnest(state.columns) AS looked (name)
      WHERE starts_with(looked.name, 'properties.')
        AND substr(looked.name, 12) <> ALL (ARRAY['order_id', 'revenue', 'total', 'currency']::text[]::text[])
  );

COMMENT ON VIEW tenant_full.cdp_profile_segments IS
    'Who is in which segment now. Segments that look at what is masked meanwhile are left out.';
COMMENT ON COLUMN tenant_full.cdp_profile_segments.entered_at IS 'When the golden record was found to be in; it may have left and come back before.';
