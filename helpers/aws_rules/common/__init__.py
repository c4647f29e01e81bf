"""What the rules of SQS, SNS and STS share.

- `accounts`: the accounts of one simulated AWS, and what each has per region. `regions`: which regions AWS has.
- `dispatch`, `wire`, `request`, `missing_parameters`, `refusals`: from a request to its answer or AWS's error.
- `signatures`: reads and checks the AWS signature on a request.
- `message_contents`, `deduplication`: what queues and topics have in common. `numbers`: numbers written as text.
- `steps`: what happened to a message, for the journal.
- `unkindness`: duplicates, throttling and the like, on purpose.
- `untracked`: base classes for models of moto.
- `sts_operations`: the operations of STS.
"""
