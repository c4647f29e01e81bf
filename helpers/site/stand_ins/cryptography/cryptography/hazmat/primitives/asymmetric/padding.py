"""The padding with which SNS signs."""


class PKCS1v15:
    """RSASSA-PKCS1-v1_5."""
