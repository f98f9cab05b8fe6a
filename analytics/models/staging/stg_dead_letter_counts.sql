-- One row per reading of a counter, with what had come since the reading before. A counter begins at 0 when its process starts: one that has
-- fallen has begun anew.
select
  instance,
  topic,
  read_at,
  {{ day_of('read_at') }} as date,
  value,
  case
    when value >= lag(value) over one_counter then value - lag(value) over one_counter
    else value
  end as increase
from {{ source('observed', 'dead_letter_counts') }}
window one_counter as (partition by instance, topic order by read_at)
