"""What SQS does and moto doesn't.

Operations, one function each:
- `queue_operations`: create, find, list, configure, tag, purge and delete queues; permissions; message move tasks.
- `message_operations`: send, receive, delete and change the visibility of messages, one at a time or in batches.

What they use:
- `region`: the queues of an account in a region, by name, and the queue that a request names.
- `queues`, `queue_attributes`: a queue and its messages; which attributes and tags a queue can have.
- `messages`, `sending`, `receiving`, `batches`: a message; sending it; receiving, visibility timeout and deleting.
- `meters`: what a queue reports to CloudWatch.
- `fairness`: which tenants of a standard queue are noisy, and whose messages come first.
- `redrive`, `move_tasks`: dead-letter queues, and moving messages back from them.

AddPermission and RemovePermission are in `policies.permissions`, content rules of messages in `common`.
"""
