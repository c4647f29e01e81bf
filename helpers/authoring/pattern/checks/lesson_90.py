"""The checks of the exam. Each is named after its answer, gets a Case (helpers.checks.case), and raises nothing.

What a check draws from `case` (names, counts) is another one in each grading, so no answer can know it.
"""


def hand_on(case):
    """One message goes from the first queue to the second, and is in the first no more."""
    from_url, to_url = case.queue("arrivals"), case.queue("packing")
    body = case.name("order")
    case.sqs.send_message(QueueUrl=from_url, MessageBody=body)
    case.run(from_url=from_url, to_url=to_url)
    moved = case.drain(to_url)
    if moved != [body]:
        case.not_yet(
            got=moved,
            expected=f"[{body!r}] in the second queue",
            why="What send_message gets as MessageBody is what arrives; receive_message returns it as Body.",
        )
    case.reach("moved")  # worth a point of its own, see course.toml
    case.after_every_lease()
    left = case.drain(from_url)
    if left:
        case.not_yet(
            got=left,
            expected="nothing in the first queue, also after its visibility timeout",
            why="Receiving only hides a message for a while. Only delete_message takes it out of its queue.",
        )
