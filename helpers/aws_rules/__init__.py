"""What AWS does and plain moto doesn't, written so that the offline cloud does it too.

- `sqs`, `sns`: the rules of each service, and the functions that answer its operations.
- `policies`: resource policies of queues and topics, which both services use.
- `common`: what the services share: accounts, requests and their way in and out, message contents, the journal's steps.

`common.dispatch` finds the function that answers an operation. Each rule says what AWS does, where that is documented
(`AWS:` and `Source:`) and what moto does instead (`moto:`). `tests/behaviours` proves each against plain moto.
"""
