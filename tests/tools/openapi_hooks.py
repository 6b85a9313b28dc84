"""What schemathesis must know of Stemma beyond its description."""

import schemathesis


@schemathesis.hook
def filter_query(context, query):
    # A comma parts the values of a list, so that one value with a comma is two: nothing to be refused.
    return not any(isinstance(value, list) and any(isinstance(item, str) and "," in item for item in value) for value in (query or {}).values())


@schemathesis.hook
def before_call(context, case, kwargs):
    # A cursor is opaque and bound to the query that handed it out: one that is made up is refused, which no schema can
    # say. router_test.cc follows cursors, and refuses wrong ones. Cases that are meant to be refused keep theirs.
    if case.query and "cursor" in case.query and case.meta is not None and case.meta.generation.mode.is_positive:
        del case.query["cursor"]
    # Families or models, one of both; router_test.cc has none and both.
    if case.path == "/v1/compare" and case.meta is not None and case.meta.generation.mode.is_positive:
        case.query = dict(case.query or {})
        if "families" in case.query:
            case.query.pop("models", None)
            case.query.pop("scope", None)
        elif "models" not in case.query:
            case.query["families"] = "qwen"
        if "models" in case.query:
            case.query.pop("policy", None)
            case.query.pop("metric", None)
    # Nor that a burst is told by role alone.
    if case.query and "burst_adjusted" in case.query and case.path.endswith("/adoption") and case.meta is not None \
            and case.meta.generation.mode.is_positive:
        case.query["by"] = "role"
    # That a range must not end before it begins cannot be said either; adoption_test.cc has reversed ones.
    if case.query and "from" in case.query and "to" in case.query and not case.path.endswith("/path") and case.meta is not None \
            and case.meta.generation.mode.is_positive:
        del case.query["to"]
