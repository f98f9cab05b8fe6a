"""What openapi.yaml says in words, as generators: its formats, whose limits are bytes where JSON Schema counts characters."""

import json
import re
import uuid

import schemathesis
from hypothesis import strategies as st

VISIBLE = st.characters(exclude_categories=["Cs", "Cc"])


def text(most, least=1):
    return st.text(VISIBLE, min_size=least, max_size=most).filter(lambda value: least <= len(value.encode()) <= most)


def register(name, strategy):
    schemathesis.openapi.format(name, strategy)


register("sasrec-id", text(256))
register("sasrec-query", text(256, least=0))
register("sasrec-kind", text(64))
register("sasrec-title", text(1024))
register("sasrec-time", st.datetimes().filter(lambda value: 1970 <= value.year < 2200).map(lambda value: value.isoformat() + "Z"))


@schemathesis.hook
def before_call(context, case, kwargs):
    """One key for two requests is refused, as it should be: each gets a key of its own, of the length that was tried."""
    key = (case.headers or {}).get("Idempotency-Key")
    if case.meta and getattr(case.meta.phase.data, "parameter", None) == "Authorization":
        return  # a case without a key for the service; one that was changed would be sent with it
    if isinstance(key, str) and re.fullmatch("[!-~]{1,255}", key):
        case.headers["Idempotency-Key"] = uuid.uuid4().hex.ljust(len(key), "x")


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """A path's "." and ".." are taken away by clients before anything is sent: RFC 3986, 5.2.4."""
    for name, value in (path_parameters or {}).items():
        if value in (".", ".."):
            path_parameters[name] = "i1"
    return path_parameters


@schemathesis.hook
def filter_body(context, body):
    """Attributes that the database can't hold: U+0000, and more than 16 KiB."""
    written = json.dumps(body, default=str)
    return "\\u0000" not in written and len(written) < 16 * 1024
