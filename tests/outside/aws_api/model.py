"""Holds answers against botocore's service model, further than botocore itself does."""
import re


def problems_of(value, shape, place=""):
    """What of a JSON value the shape does not allow."""
    check = {"structure": _structure, "list": _list, "map": _map, "string": _string}.get(shape.type_name, _scalar)
    yield from check(value, shape, place or shape.name)


def _structure(value, shape, place):
    if not isinstance(value, dict):
        yield f"{place} is not an object: {value!r}"
        return
    names = {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}
    for name in value.keys() - names.keys():
        yield f"{place} has a member that is not in the model: {name}"
    for name in set(shape.required_members) - {names[found][0] for found in value.keys() & names.keys()}:
        yield f"{place} has no {name}"
    for name in value.keys() & names.keys():
        yield from problems_of(value[name], names[name][1], f"{place}.{name}")


def _list(value, shape, place):
    if not isinstance(value, list):
        yield f"{place} is not a list: {value!r}"
        return
    yield from _length(len(value), shape, place)
    for index, item in enumerate(value):
        yield from problems_of(item, shape.member, f"{place}[{index}]")


def _map(value, shape, place):
    if not isinstance(value, dict):
        yield f"{place} is not a map: {value!r}"
        return
    for key, item in value.items():
        yield from problems_of(key, shape.key, f"{place}'s key")
        # NULL in a row of a result; every SDK reads it as its own null.
        if item is not None or shape.name != "QueryResultColumn":
            yield from problems_of(item, shape.value, f"{place}[{key!r}]")


def _string(value, shape, place):
    if not isinstance(value, str):
        yield f"{place} is not a string: {value!r}"
        return
    yield from _length(len(value), shape, place)
    if shape.enum and value not in shape.enum:
        yield f"{place} is none of {shape.enum}: {value!r}"
    pattern = shape.metadata.get("pattern", "")
    # Java's classes of characters mean other things to Python.
    if not re.search(r"\\[up]", pattern) and not re.search(pattern, value):
        yield f"{place} does not match {pattern}: {value!r}"


def _length(length, shape, place):
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", float("inf"))
    if not least <= length <= most:
        yield f"{place} has length {length}, not {least} to {most}"


def _scalar(value, shape, place):
    kinds = {"boolean": bool, "integer": int, "long": int, "float": (int, float), "double": (int, float),
             "timestamp": (int, float), "blob": str}
    kind = kinds.get(shape.type_name)
    if kind and (not isinstance(value, kind) or isinstance(value, bool) and kind is not bool):
        yield f"{place} is no {shape.type_name}: {value!r}"
    elif shape.type_name in ("integer", "long"):
        least, most = shape.metadata.get("min", value), shape.metadata.get("max", value)
        if not least <= value <= most:
            yield f"{place} is {value}, not {least} to {most}"
