"""The resource policies of queues and topics.

- `documents`: which JSON texts AWS accepts as a policy.
- `evaluation`: what a policy says about a request: principals, actions, resources. `conditions`: its conditions.
- `access`: refuses a caller whom the policy doesn't allow, before each operation.
- `permissions`: the statements that AddPermission writes and RemovePermission removes.
"""
