"""CloudWatch: the metrics of queues and topics, and those that programs publish themselves.

- `metric_operations`: what answers ListMetrics, GetMetricStatistics, GetMetricData and PutMetricData.
  `alarm_operations`: what answers the operations on alarms.
- `store`: finds the metrics of one region, AWS's own and custom ones. `publishing`: what PutMetricData accepts.
  `custom_metrics`: what it keeps.
- `statistics`: from minutes to periods, and from a period's values to one number.
- `queries`: evaluates MetricDataQueries, with `metric_math` for their expressions, which `math_functions` calculates.
- `dimensions`: the checks that every operation makes of names, dimensions and units. `moments`: dates in requests.
- `alarms`: the alarms of one region and their history. `alarm_definitions`: what PutMetricAlarm accepts. `alarm_data`:
  what an alarm sees of its metric. `evaluation`: the state that follows. `alarm_actions`: what happens then, and
  `alarm_texts`: what CloudWatch says of it.

moto's backend isn't used. It keeps every value in one list and searches all of it for each query, so 14 days would cost
what they hold; it counts the metrics of queues anew at each call, and knows no math, no percentiles, no limits.
"""
