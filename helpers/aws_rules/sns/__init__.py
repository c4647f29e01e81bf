"""What SNS does and moto doesn't.

Operations, one function each:
- `topic_operations`: create, find, configure, tag and delete topics; permissions.
- `subscription_operations`: subscribe, confirm, configure, list and unsubscribe.
- `publish_operations`: Publish and PublishBatch, to topics, phones and devices.
- `mobile_operations`, `sms_operations`: platform applications and endpoints; SMS settings and the SMS sandbox.

What they use:
- `region`: the topics of an account in a region, and the topic that a request names.
- `topics`: a topic and its attributes. `subscriptions`: a subscription, its attributes and endpoint, confirmation.
- `filter_policies`, `filter_matching`: which filter policies AWS accepts; whether a message matches one, and why not.
- `archives`: what a FIFO topic keeps, and what a subscription has replayed.
- `delivery_policies`: how often a web address is retried.
- `publishing`: what can be published. `notifications`, `signing`: the JSON that subscribers get, and its signature.
- `deliveries`: from a topic to its subscriptions: queues, web addresses, and the `inbox` for everything else.
- `meters`: what a topic reports to CloudWatch.
- `mobile_push`: applications and devices. `paging`, `json_texts`: pages of lists; errors about invalid JSON.

AddPermission and RemovePermission are in `policies.permissions`, content rules of messages in `common`.
"""
