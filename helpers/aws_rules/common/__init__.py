"""What the rules of SQS, SNS, STS and CloudWatch share.

- `accounts`: the accounts of one simulated AWS, and what each has per region. `regions`: which regions AWS has.
- `request`: one request, parsed once.
- `wire`: bytes in, bytes out, with `reading` for parameters, `writing` for results, `cbor` for both of them in CBOR,
  and botocore's `models` of both.
- `refusals`, `missing_parameters`, `arns`: AWS's errors, for what's missing, and for what isn't an ARN.
- `constraints`, `json_types`: the errors for values that a model doesn't allow. `identities`: who callers are.
- `signatures`: reads and checks the AWS signature on a request.
- `message_contents`, `deduplication`: what queues and topics have in common. `numbers`: numbers written as text.
- `steps`: what happened to a message, for the journal. `series`: a metric's values over time, and
  `meters`: what counts them, minute by minute.
- `unkindness`: duplicates, throttling and the like, on purpose.
- `untracked`: base classes for models of moto.
- `sts_operations`: the operations of STS.
"""
