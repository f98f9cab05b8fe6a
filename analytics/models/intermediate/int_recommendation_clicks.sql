-- What users did with what they were recommended: one row per recommendation and item that was clicked, however often and by whichever
-- sign. Dated by the recommendation. No user is named here.
{{ config(indexes=[{'columns': ['date']}]) }}

with answers as (
  select request_id, user_id, date, created_at, model_version, source, items
  from {{ ref('stg_recommendations') }}
  where status = 'done' and created_at >= {{ start_of(renewed_from()) }} and created_at < {{ now() }}
),

interactions as (
  select user_id, item_id, request_id, occurred_at
  from {{ ref('stg_interactions') }}
  where occurred_at >= {{ start_of(renewed_from()) }} and occurred_at < {{ now() }}
),

named as (
  select a.request_id, i.item_id, i.occurred_at, true as is_named
  from interactions as i
  inner join answers as a on a.request_id = i.request_id
  where i.occurred_at >= a.created_at
    and i.occurred_at < a.created_at + interval '{{ var("named_hours") }} hours'
),

inferred as (
  select a.request_id, i.item_id, i.occurred_at, false as is_named
  from answers as a
  inner join interactions as i on i.user_id = a.user_id
  where i.occurred_at >= a.created_at
    and i.occurred_at < a.created_at + interval '{{ var("inferred_hours") }} hours'
    and i.item_id = any(a.items)
),

clicks as (
  select request_id, item_id, min(occurred_at) as clicked_at, bool_or(is_named) as is_named
  from (select * from named union all select * from inferred) as both_signs
  group by request_id, item_id
)

select
  a.date,
  c.request_id,
  c.item_id,
  array_position(a.items, c.item_id) as rank,
  c.is_named,
  c.clicked_at,
  a.model_version,
  a.source
from clicks as c
inner join answers as a on a.request_id = c.request_id
