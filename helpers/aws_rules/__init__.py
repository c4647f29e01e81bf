"""What AWS does and plain moto doesn't, written so that the offline cloud does it too.

- `sqs`, `sns`, `cloudwatch`: the rules of each service, and the functions that answer its operations.
- `policies`: resource policies of queues and topics, which both services use.
- `common`: what the services share: accounts, requests and their way in and out, message contents, the journal's steps.

`dispatch` takes a request to AWS's answer or error: it finds the function that answers an operation; `absent` says why
some have none. Each rule says
what AWS does (`AWS:`), where that is documented (`Source:`) and what moto does instead (`moto:`). "Recorded answers"
are AWS's responses as other projects recorded them; `tests/behaviours` names them, and proves each rule with
experiments that fail in plain moto.
"""
