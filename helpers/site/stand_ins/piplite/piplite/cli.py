"""What `%pip` becomes in a cell: the call that refuses."""


async def get_transformed_code(argv: list[str]) -> str:
    """Return the code that runs in place of `%pip ...`."""
    return 'await __import__("piplite").install()\n'
