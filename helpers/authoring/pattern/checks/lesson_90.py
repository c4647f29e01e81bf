"""The checks of the exam. Each has the name of its answer, gets a Case (helpers.checks.case), and raises nothing.

The names and counts that a check draws from `case` differ in each grading, so no answer can know them.
"""


def hand_on(case):
    """One message goes from the first queue to the second, and is no longer in the first."""
    from_url, to_url = case.queue("arrivals"), case.queue("packing")
    body = case.name("order")
    case.sqs.send_message(QueueUrl=from_url, MessageBody=body)
    case.run(from_url=from_url, to_url=to_url)
    moved = case.drain(to_url)
    if moved != [body]:
        case.not_yet(
            got=moved,
            expected=f"[{body!r}] in the second queue",
            why="What you pass to send_message as MessageBody is what receive_message returns as Body.",
        )
    case.reach("moved")  # worth a point of its own, see course.toml
    case.after_every_lease()
    left = case.drain(from_url)
    if left:
        case.not_yet(
            got=left,
            expected="an empty first queue, even after its visibility timeout",
            why="Receiving only hides a message for a while. Only delete_message removes it from its queue.",
        )
