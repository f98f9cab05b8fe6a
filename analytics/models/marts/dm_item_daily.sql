with interactions as (
  select date, item_id, count(*) as interactions, count(distinct user_id) as users
  from {{ ref('stg_interactions') }}
  where occurred_at >= {{ start_of(renewed_from()) }} and occurred_at < {{ now() }}
  group by date, item_id
),

impressions as (
  select r.date, shown.item_id, count(*) as impressions
  from {{ ref('stg_recommendations') }} as r
  cross join lateral unnest(r.items) as shown (item_id)
  where r.status = 'done' and r.created_at >= {{ start_of(renewed_from()) }} and r.created_at < {{ now() }}
  group by r.date, shown.item_id
),

clicks as (
  select date, item_id, count(*) as clicks
  from {{ ref('int_recommendation_clicks') }}
  where date >= {{ renewed_from() }} and rank is not null
  group by date, item_id
)

select
  date,
  item_id,
  coalesce(interactions.interactions, 0) as interactions,
  coalesce(interactions.users, 0) as users,
  coalesce(impressions.impressions, 0) as impressions,
  coalesce(clicks.clicks, 0) as clicks,
  {{ share('coalesce(clicks.clicks, 0)', 'impressions.impressions') }} as ctr
from interactions
full join impressions using (date, item_id)
left join clicks using (date, item_id)
