-- One row per interaction: the table's key sees to it that an event that is told twice stands here once.
select
  event_id,
  user_id,
  item_id,
  time as occurred_at,
  {{ day_of('time') }} as date,
  kind,
  recommendation_id as request_id,
  received as received_at,
  ordinal
from {{ source('service', 'interactions') }}
