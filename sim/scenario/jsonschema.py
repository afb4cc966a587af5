"""The JSON Schema of scenario files for editors, generated from the models.

A file that extends another may contain any part of a scenario, and null to remove an entry, so the schema requires
only `schema` and `id`; `offramp validate` checks whether the merged scenario is complete.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from sim.distributions import Distribution
from sim.scenario.doubts import DOUBTS
from sim.scenario.levels import LEVELS
from sim.scenario.quantities import DISTRIBUTION_REFERENCE, distribution_schema
from sim.scenario.schema import FORMAT, ROLES, Document


class _Generator(GenerateJsonSchema):
    def encode_default(self, dft: Any) -> Any:
        """Return a default as it would be written in a file."""
        if isinstance(dft, Distribution):
            return dft.to_plain()
        if hasattr(dft, "model_dump"):
            return dft.model_dump(mode="json", by_alias=True, exclude_none=True)
        return super().encode_default(dft)


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scenario file."""
    schema = _relaxed(Document.model_json_schema(by_alias=True, schema_generator=_Generator))
    definitions = schema["$defs"]
    definitions["Distribution"] = distribution_schema()
    definitions["Actor"] = _any_role(definitions)
    entry = {"anyOf": [{"$ref": "#/$defs/Actor"}, {"type": "null"}]}
    pattern = next(iter(schema["properties"]["pressures"]["anyOf"][0]["patternProperties"]))
    schema["properties"]["actors"] = {
        "type": "object",
        "patternProperties": {pattern: entry},
        "additionalProperties": False,
    }
    schema["properties"]["extends"] = {
        "type": "string",
        "description": "Scenario file to start from, relative to this one; keys here override it, null removes",
    }
    schema["properties"]["credibility"]["anyOf"].append(_words(list(LEVELS["credibility"])))
    ties = sorted({word for field, table in LEVELS.items() if field.startswith("ties.") for word in table})
    (by_target,) = schema["properties"]["ties"]["anyOf"][0]["patternProperties"].values()
    (leverage,) = by_target["anyOf"][0]["patternProperties"].values()
    leverage["anyOf"].append(_words(ties))
    definitions["Allowed"]["properties"]["warning"] = {"enum": list(DOUBTS), "description": "Name of a warning"}
    (listed,) = (one for one in schema["properties"]["allow"]["anyOf"][0]["anyOf"] if one["type"] == "array")
    listed["items"] = {"anyOf": [listed["items"], {"enum": list(DOUBTS)}]}
    word = {"type": "string", "description": "Short for this `calibration` without any parameter written"}
    schema["properties"]["parameters"]["anyOf"].append(word)
    schema["required"] = ["schema", "id"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Scenario file, {FORMAT}",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def _any_role(definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an actor with the keys of all roles, since a base file may have set its role."""
    roles = [definitions.pop(role.__name__) for role in ROLES.values()]
    properties: dict[str, Any] = {}
    for role in roles:
        properties |= role["properties"]
    for key in properties:
        words = _levels_of(key)
        if words and "anyOf" in properties[key]:
            properties[key]["anyOf"].append(_words(words))
    properties["role"] = {"enum": list(ROLES), "description": "Its role in the crisis"}
    posture = {"type": "number", "minimum": 0.0, "maximum": 1.0, "description": "Its initial posture"}
    word = _words(_levels_of("posture"))
    properties["posture"] = {"anyOf": [posture, {"$ref": "#/$defs/Distribution"}, {"type": "null"}, word]}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _levels_of(key: str) -> list[str]:
    return sorted({word for role in ROLES for word in LEVELS.get(f"{role}.{key}", ())})


def _words(words: list[str]) -> dict[str, Any]:
    return {"enum": words, "description": "A level of the codebook, docs/cases.md; it depends on the role"}


def _is_dropped(key: str, value: Any) -> bool:
    """Return whether this is the keyword `required` or `title`, not a property of that name."""
    return (key == "required" and isinstance(value, list)) or (key == "title" and isinstance(value, str))


def _relaxed(node: Any) -> Any:
    """Drop `required`, allow null in maps, and refer to the shared definition of a distribution."""
    if isinstance(node, list):
        return [_relaxed(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node == DISTRIBUTION_REFERENCE:
        return {"$ref": "#/$defs/Distribution"}
    relaxed = {key: _relaxed(value) for key, value in node.items() if not _is_dropped(key, value)}
    for key, value in relaxed.get("patternProperties", {}).items():  # a map by id: null removes an entry
        relaxed["patternProperties"] = {key: {"anyOf": [value, {"type": "null"}]}}
        relaxed["additionalProperties"] = False
    if relaxed.get("type") == "object" and isinstance(relaxed.get("properties"), dict):
        relaxed["properties"] = {
            key: value if key in ("schema", "id") else {"anyOf": [value, {"type": "null"}]}
            for key, value in relaxed["properties"].items()
        }
    return relaxed
