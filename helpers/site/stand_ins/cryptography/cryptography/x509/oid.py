"""What names are made of."""


class NameOID:
    """The one field that SNS's certificate has."""

    COMMON_NAME = "2.5.4.3"
