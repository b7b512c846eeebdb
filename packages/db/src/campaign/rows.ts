/**
 * A campaign as it stands, in SQL: its row, with the counters of its newest progress, which the row's own follow a little later
 * while it runs (migration 0017). To be selected from `rows`; its row alone is `c`.
 */
export const columns = `
  c.id, c.name, c.campaign_type, c.status, c.user_id, c.total_items,
  coalesce(newest.processed_items, c.processed_items) as processed_items,
  coalesce(newest.successful_items, c.successful_items) as successful_items,
  coalesce(newest.failed_items, c.failed_items) as failed_items,
  case
    when newest.seq is null or newest.seq <= c.progress_seq then c.progress_percentage
    when newest.processed_items >= coalesce(c.total_items, 0) then 100
    else newest.processed_items * 100.0::float8 / c.total_items
  end as progress_percentage,
  c.metadata, c.created_at, case when newest.seq > c.progress_seq then newest.at else c.updated_at end as updated_at,
  c.started_at, c.completed_at, c.error_message, coalesce(newest.seq, c.progress_seq) as seq
`

export const rows = `
  campaigns c
  left join lateral (
    select p.seq, p.at, p.processed_items, p.successful_items, p.failed_items
    from campaign_progress p where p.campaign_id = c.id
    order by p.seq desc limit 1
  ) newest on true
`
