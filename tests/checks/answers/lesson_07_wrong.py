"""Wrong answers to the exercises of lesson 07, as learners write them. Each says the reason id of its refusal."""

import hashlib
import json
import unicodedata
import uuid

from variants import variant

# --- group_of ---------------------------------------------------------------------------------------------------------


def group_of__one_group(event):
    """Says: one-group-for-everything"""
    return "shop-events"


def group_of__each_event(event):
    """Says: order-events-apart"""
    return event["event_id"]


def group_of__kinds(event):
    """Says: articles-in-one-group"""
    return event["kind"].partition(".")[0]


group_of__whole_kind = variant("solution", 'event["kind"].partition(".")[0]\n    if about ==', 'event["kind"]\n    kind = about.partition(".")[0]\n    if kind ==', 'elif about == "stock"', 'elif kind == "stock"', 'elif about == "customer"', 'elif kind == "customer"', says="order-events-apart")  # fmt: skip

group_of__orders_as_written = variant("solution", ".strip().upper()", "", says="same-thing-written-otherwise")
group_of__spaces_stay = variant("solution", ".strip().upper()", ".upper()", says="same-thing-written-otherwise")
group_of__capitals_stay = variant("solution", ".strip().upper()", ".strip()", says="same-thing-written-otherwise")

group_of__spaces_at_the_front = variant(
    "solution", ".strip().upper()", ".lstrip().upper()", says="same-thing-written-otherwise"
)

group_of__blanks_only = variant(
    "solution", ".strip().upper()", '.strip(" ").upper()', says="same-thing-written-otherwise"
)

group_of__json_of_the_name = variant(
    "solution",
    'str(event["customer_id"])',
    'json.dumps(event["customer_id"])',
    says="same-thing-written-otherwise",
)

group_of__customers_as_they_are = variant(
    "solution", 'str(event["customer_id"])', 'event["customer_id"]', says="number-not-text"
)


def group_of__names_as_they_are(event):
    """Says: id-too-long or id-with-other-characters"""
    about = event["kind"].partition(".")[0]
    if about == "order":
        return f"order-{event['order_id'].strip().upper()}"
    if about == "stock":
        return f"stock-{event['article']}"
    return f"customer-{event['customer_id']}" if about == "customer" else event["event_id"]


group_of__cut = variant(
    "group_of__names_as_they_are",
    "f\"stock-{event['article']}\"",
    "\"stock-\" + event['article'].encode().hex()[:120]",
    says="articles-in-one-group",
)

group_of__cut_at_the_front = variant(
    "group_of__names_as_they_are",
    "f\"stock-{event['article']}\"",
    "\"stock-\" + event['article'].encode().hex()[-120:]",
    says="articles-in-one-group",
)

group_of__other_characters_replaced = variant(
    "group_of__names_as_they_are",
    "f\"stock-{event['article']}\"",
    "\"stock-\" + ''.join(c if c.isascii() and c.isalnum() else '-' for c in event['article'])[-120:]",
    says="articles-in-one-group",
)

group_of__only_letters = variant(
    "solution",
    'event["article"]',
    '"".join(letter for letter in event["article"] if letter.isalnum())',
    says="articles-in-one-group",
)

group_of__articles_stripped = variant("solution", 'event["article"]', 'event["article"].strip()', says="articles-in-one-group")  # fmt: skip
group_of__articles_in_capitals = variant("solution", 'event["article"]', 'event["article"].upper()', says="articles-in-one-group")  # fmt: skip

group_of__ascii_only = variant(
    "solution", "name.encode()", 'name.encode("ascii", "ignore")', says="articles-in-one-group"
)

group_of__ascii_or_error = variant("solution", "name.encode()", 'name.encode("ascii")', says="not-in-ascii")

group_of__normal_form = variant(
    "solution",
    'event["article"]',
    'unicodedata.normalize("NFC", event["article"])',
    "    about =",
    "    import unicodedata\n\n    about =",
    says="articles-in-one-group",
)

group_of__only_long_ones_hashed = variant(
    "group_of__names_as_they_are",
    "f\"stock-{event['article']}\"",
    "event['article'] if len(event['article']) < 128 else hashlib.md5(event['article'].encode()).hexdigest()",
    says="id-with-other-characters",
)

group_of__without_the_kind = variant("solution", 'f"{about}-{digest}"', "digest", says="different-kinds-in-one-group")

group_of__stock_by_order = variant(
    "solution", 'event["article"]', 'event.get("order_id", event["article"])', says="stock-events-apart"
)

group_of__orders_by_customer = variant(
    "solution",
    'event["order_id"].strip().upper()',
    'str(event.get("customer_id", event["order_id"].strip().upper()))',
    says="order-events-apart",
)


def group_of__first_key_that_is_there(event):
    """Says: order-events-apart"""
    for key in ("article", "customer_id", "order_id", "event_id"):
        if key in event:
            return key + hashlib.sha1(str(event[key]).strip().upper().encode()).hexdigest()


def group_of__by_the_beginning(event):
    """Says: no-such-key or different-kinds-in-one-group or other-events-in-one-group"""
    kind = event["kind"]
    if kind.startswith("order"):
        name = "order" + event["order_id"].strip().upper()
    elif kind.startswith("stock"):
        name = "stock" + event["article"]
    elif kind.startswith("customer"):
        name = f"customer{event['customer_id']}"
    else:
        name = "event" + event["event_id"]
    return hashlib.sha256(name.encode()).hexdigest()


def group_of__by_a_word_in_it(event):
    """Says: order-events-apart or stock-events-apart or customer-events-apart"""
    kind = event["kind"]
    if "stock." in kind:
        name = "stock" + event.get("article", "")
    elif "order." in kind:
        name = "order" + event.get("order_id", "").strip().upper()
    else:
        name = f"customer{event['customer_id']}" if "customer." in kind else event["event_id"]
    return hashlib.sha256(name.encode()).hexdigest()


group_of__others_together = variant("solution", 'event["event_id"]', '"other"', says="other-events-in-one-group")
group_of__others_by_kind = variant("solution", 'event["event_id"]', 'event["kind"]', says="other-events-in-one-group")

group_of__others_at_random = variant(
    "solution",
    'event["event_id"]',
    "uuid.uuid4().hex",
    "    about =",
    "    import uuid\n\n    about =",
    says="other-id-at-the-next-call",
)

group_of__random = variant("solution", 'f"{about}-{digest}"', 'f"{about}-{uuid.uuid4()}"', "    about =", "    import uuid\n\n    about =", says="order-events-apart")  # fmt: skip

group_of__others_have_none = variant("solution", 'name = event["event_id"]', 'return ""', says="empty-id")
group_of__python_s_hash = variant("solution", "hashlib.sha256(name.encode()).hexdigest()", "hash(name)", says="salted-hash")  # fmt: skip

group_of__ten_groups = variant(
    "solution", '.hexdigest()', '.digest()[0] % 10', says="articles-in-one-group"
)  # fmt: skip

group_of__bytes = variant("solution", ".hexdigest()", ".digest()", 'f"{about}-{digest}"', "digest", says="no-text")
group_of__number = variant("solution", 'f"{about}-{digest}"', "int(digest, 16)", says="no-text")

group_of__tidies_the_event = variant(
    "solution",
    'name = event["order_id"].strip().upper()',
    'name = event["order_id"] = event["order_id"].strip().upper()',
    says="event-changed",
)
