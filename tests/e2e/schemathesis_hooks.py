"""What openapi.yaml says in words, as generators: its formats, whose limits are bytes where JSON Schema counts characters."""

import json
import os
import re
import uuid
from datetime import datetime

import schemathesis
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

WITH_KEYS = os.environ["SASREC_TEST_KEYS"] == "on"
VISIBLE = st.characters(exclude_categories=["Cs", "Cc"])


def text(most, least=1):
    return st.text(VISIBLE, min_size=least, max_size=most).filter(lambda value: least <= len(value.encode()) <= most)


def register(name, strategy):
    schemathesis.openapi.format(name, strategy)


register("sasrec-id", text(256))
register("sasrec-query", text(256, least=0))
register("sasrec-kind", text(64))
register("sasrec-title", text(1024))
# Not of the future: nothing that has happened lies there.
register("sasrec-time", st.datetimes(datetime(1970, 1, 1), datetime(2025, 12, 31)).map(lambda value: value.isoformat() + "Z"))

FORMATS = {
    ("Id",): "sasrec-id",
    ("Category",): "sasrec-id",
    ("SearchText",): "sasrec-query",
    ("Interaction", "kind"): "sasrec-kind",
    ("PutItem", "title"): "sasrec-title",
    ("InputTime",): "sasrec-time",
}
OPEN = {"Attributes"}  # any fields
PARTS = {"BatchElement": [["id", "status"], ["error"]], "FieldError": [[one, "detail"] for one in ("pointer", "parameter", "header")]}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Makes the document stricter than clients need it: what is only said in words, and no field that is not described."""
    schemas = raw_schema["components"]["schemas"]
    for (name, *field), format_name in FORMATS.items():
        (schemas[name]["properties"][field[0]] if field else schemas[name])["format"] = format_name
    for name, schema in schemas.items():
        if schema.get("type") == "object" and name not in OPEN:
            schema["additionalProperties"] = False
        if name in PARTS:
            schema["oneOf"] = [{"required": part} for part in PARTS[name]]
    schemas["Problem"]["properties"]["type"] = {"const": "about:blank"}
    # More than the document promises is taken, as it says in words.
    schemas["InputTime"] = {"anyOf": [schemas["InputTime"], {"type": "number", "minimum": 0}]}
    schemas["Id"] = {"anyOf": [schemas["Id"], {"type": "integer", "minimum": -(2**63), "maximum": 2**64 - 1}]}
    # An element that is wrong is answered by itself: batch_elements_are_judged.
    schemas["RecommendationBatch"]["properties"]["requests"]["items"] = {"anyOf": [{"$ref": "#/components/schemas/RecommendationRequest"}, {}]}
    for path in raw_schema["paths"].values():
        for operation in path.values():
            if WITH_KEYS and {} in operation.get("security", []):
                operation["security"].remove({})
            for response in operation["responses"].values():
                for content in response.get("content", {}).values():
                    if content["schema"].get("format") == "binary":
                        content["schema"] = {}
    JUDGE.append(Draft202012Validator({"$ref": "#/components/schemas/RecommendationRequest", "components": {"schemas": schemas}}))


JUDGE = []


def too_many_bytes(element):
    """Whether the service counts bytes that a schema does not see."""
    texts = [element.get("user", ""), *element.get("history", []), *element.get("exclude", []), *element.get("filter", {}).get("categories", [])]
    return any(len(str(text).encode()) > 256 for text in texts)


@schemathesis.check
def batch_elements_are_judged(context, response, case):
    if case.operation.label != "POST /v1/recommendations/batch" or response.status_code != 202:
        return
    for element, outcome in zip(case.body["requests"], response.json()["results"], strict=True):
        right = JUDGE[-1].is_valid(element) and not too_many_bytes(element)
        assert right == ("error" not in outcome), f"{element} is {'right' if right else 'wrong'}, and the service answers {outcome}"


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


def without_points(value):
    """Whole numbers as they are written for ids: to JSON Schema 2.0 is one too, to the service no id."""
    if isinstance(value, dict):
        return {name: without_points(one) for name, one in value.items()}
    if isinstance(value, list):
        return [without_points(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@schemathesis.hook
def map_body(context, body):
    return without_points(body)


@schemathesis.hook
def filter_body(context, body):
    """Without attributes that the database can't hold (U+0000, and more than 16 KiB), and without Unix seconds of the future."""
    written = json.dumps(body, default=str)
    late = any(float(number) > 1.7e9 for number in re.findall(r'"time": ([0-9][0-9.e+]*)', written))
    return "\\u0000" not in written and len(written) < 16 * 1024 and not late
