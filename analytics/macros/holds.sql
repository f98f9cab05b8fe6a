{# Every row keeps the rule. #}
{% test holds(model, rule) %}
select * from {{ model }} where ({{ rule }}) is not true
{% endtest %}
