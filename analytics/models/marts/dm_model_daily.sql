with answers as (
  select request_id, date, model_version, user_id is not null as has_user, items, latency_ms
  from {{ ref('stg_recommendations') }}
  where status = 'done' and model_version is not null
    and created_at >= {{ start_of(renewed_from()) }} and created_at < {{ now() }}
),

clicked as (
  select request_id, min(rank) as best_rank
  from {{ ref('int_recommendation_clicks') }}
  where date >= {{ renewed_from() }}
  group by request_id
),

by_model as (
  select
    a.date,
    a.model_version,
    count(*) as answers,
    count(*) filter (where a.has_user) as followed,
    count(*) filter (where a.has_user and c.best_rank <= 1) as hits_1,
    count(*) filter (where a.has_user and c.best_rank <= 5) as hits_5,
    count(*) filter (where a.has_user and c.best_rank <= 10) as hits_10,
    sum(1::numeric / c.best_rank) filter (where a.has_user) as reciprocal_ranks,
    count(c.request_id) as clicked,
    round((percentile_cont(0.99) within group (order by a.latency_ms))::numeric, 3) as latency_p99_ms
  from answers as a
  left join clicked as c on c.request_id = a.request_id
  group by a.date, a.model_version
),

recommended as (
  select a.date, a.model_version, count(distinct shown.item_id) as recommended_items
  from answers as a
  cross join lateral unnest(a.items) as shown (item_id)
  group by a.date, a.model_version
),

-- What could have been recommended: a model knows the items that somebody has touched.
first_touches as (
  select item_id, min(date) as date from {{ ref('dm_item_daily') }} where interactions > 0 group by item_id
),

known as (
  select d.date, (select count(*) from first_touches as f where f.date <= d.date) as known_items
  from (select distinct date from by_model) as d
)

select
  m.date,
  m.model_version,
  m.answers,
  m.followed,
  {{ share('m.hits_1', 'm.followed') }} as hit_rate_1,
  {{ share('m.hits_5', 'm.followed') }} as hit_rate_5,
  {{ share('m.hits_10', 'm.followed') }} as hit_rate_10,
  {{ share('coalesce(m.reciprocal_ranks, 0)', 'm.followed') }} as mrr,
  m.clicked,
  {{ share('m.clicked', 'm.answers') }} as ctr,
  coalesce(r.recommended_items, 0) as recommended_items,
  least({{ share('coalesce(r.recommended_items, 0)', 'known.known_items') }}, 1) as coverage,
  m.latency_p99_ms
from by_model as m
left join recommended as r on r.date = m.date and r.model_version = m.model_version
left join known on known.date = m.date
