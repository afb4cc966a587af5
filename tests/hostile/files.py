"""More than 150 hostile scenario files, by name: what each holds, and what the first message about it must say.

Each is the small crisis of `BASE` with one thing wrong, or bytes that are no scenario at all.
"""

from __future__ import annotations

from tests.scenario.files import FULL, edit

BASE = FULL
"""A valid scenario of 14 lines with five actors: attacker, town, backer, shield, envoy."""

APPEAL = "pressures: {p: {from: envoy, on: backer, aim: restrain, intensity: 0.5}}\n"
TIES = "ties: {envoy: {backer: 0.3}}\n"


def _replaced(old: str, new: str) -> str:
    return edit(BASE, (old, new))


def _numbers() -> dict[str, tuple[str, str]]:
    """Wrong numbers in the place of a stance."""
    wrong = {
        "nan": ".nan", "inf": ".inf", "minus inf": "-.inf", "too large": "7", "too small": "-1.5", "huge": "1e308",
        "beyond float": "1e999", "long integer": "9" * 200, "text": "high", "quoted number": "'0.5'", "boolean": "true",
        "yes": "yes", "date": "2020-01-01", "list": "[0.5]", "map": "{a: 1}", "empty map": "{}", "empty list": "[]",
        "negative sd": "{normal: [0, -1]}", "zero sd": "{normal: [0, 0]}", "nan sd": "{normal: [0, .nan]}",
        "one parameter": "{normal: [0]}", "three parameters": "{normal: [0, 1, 2]}", "text parameter": "{normal: [0, a]}",
        "no list": "{normal: 0.5}", "unknown prior": "{gaussian: [0, 1]}", "misspelt prior": "{nromal: [0, 1]}",
        "two priors": "{normal: [0, 1], uniform: [0, 1]}", "uniform upside down": "{uniform: [1, 0]}",
        "triangle out of order": "{triangular: [0, 2, 1]}", "beta of zero": "{beta: [0, 1]}",
        "lognormal below zero": "{lognormal: [-1, 1]}", "no values": "{empirical: []}", "uniform off the axis": "{uniform: [0, 2]}",
        "median off the axis": "{normal: [3, 1]}", "nested list": "{normal: [[0], 1]}", "nested prior": "{normal: [{normal: [0, 1]}, 1]}",
        "hexadecimal": "0x10", "octal": "0o7", "sexagesimal": "12:30", "underscores": "1_000", "percent": "50%",
        "null in a prior": "{normal: [null, 1]}", "complex": "1+2j",
    }  # fmt: skip
    return {
        f"stance {name}": (_replaced("stance: 0.2}", f"stance: {value}}}"), "stance") for name, value in wrong.items()
    }


def _fields() -> dict[str, tuple[str, str]]:
    """Wrong values of other fields."""
    changes = {
        "resolve above one": ("stance: 0.2}", "stance: 0.2, resolve: 1.5}", "from 0 to 1"),
        "strength below zero": ("strength: 0.4", "strength: -0.4", "0 or more"),
        "ambiguity zero": ("stance: 0.2}", "stance: 0.2, ambiguity: 0}", "above 0"),
        "ambiguity below zero": ("stance: 0.2}", "stance: 0.2, ambiguity: -1}", "above 0"),
        "share zero": ("stance: 0.2}", "stance: 0.2, share: 0}", "above 0"),
        "role unknown": ("role: patron", "role: partner", "expected one of"),
        "role missing": ("role: patron, ", "", "required"),
        "role list": ("role: patron", "role: [patron]", "expected one of"),
        "role null": ("role: patron", "role: null", "required"),
        "two initiators": ("role: patron", "role: initiator", "only one initiator"),
        "field of another role": ("stance: 0.2}", "stance: 0.2, air_denial: 0.3}", "no such key"),
        "field misspelt": ("stance: 0.2}", "stance: 0.2, resolv: 0.3}", "did you mean resolve?"),
        "actor is a number": ("{role: patron, stance: 0.2}", "5", "map of keys"),
        "actor is a list": ("{role: patron, stance: 0.2}", "[1, 2]", "map of keys"),
        "actor is text": ("{role: patron, stance: 0.2}", "russia", "map of keys"),
        "id with a space": ("  backer:", "  the backer:", "small letters"),
        "id with capitals": ("  backer:", "  Backer:", "small letters"),
        "id with a dot": ("  backer:", "  back.er:", "small letters"),
        "id with markup": ("  backer:", "  <b>backer</b>:", "small letters"),
        "id of 65 letters": ("  backer:", f"  {'b' * 65}:", "small letters"),
        "id empty": ("  backer:", "  '':", "small letters"),
        "scenario id wrong": ("id: crisis", "id: My Crisis!", "small letters"),
        "title missing": ("title: Does it begin?\n", "", "required"),
        "title empty": ("title: Does it begin?", "title: ''", "some text"),
        "title a list": ("title: Does it begin?", "title: [a, b]", "text"),
        "title too long": ("title: Does it begin?", f"title: {'x' * 301}", "300"),
        "schema missing": ("schema: offramp/scenario/1\n", "", "required"),
        "schema of the future": ("offramp/scenario/1", "offramp/scenario/2", "offramp/scenario/1"),
        "schema of evidence": ("offramp/scenario/1", "offramp/evidence/1", "an evidence file, not a scenario"),
        "as-of no date": ("2020-01-01", "yesterday", "date such as"),
        "as-of not in the calendar": ("2020-01-01", "2020-02-30", "no such date"),
        "as-of a time": ("2020-01-01", "2020-01-01T12:00:00Z", "date such as"),
        "as-of a number": ("2020-01-01", "20200101", "date such as"),
        "as-of ancient": ("2020-01-01", "0001-01-01", "1800"),
        "as-of of the last year": ("2020-01-01", "9999-12-31", "2200"),
        "horizon zero": ("60 days", "0", "1 to 3650"),
        "horizon negative": ("60 days", "-5", "1 to 3650"),
        "horizon of a million days": ("60 days", "1000000 days", "1 to 3650"),
        "horizon of half a day": ("60 days", "0.5", "whole number"),
        "horizon a prior": ("60 days", "{uniform: [10, 20]}", "whole number"),
        "horizon in months": ("60 days", "2 months", "duration"),
        "horizon nan": ("60 days", ".nan", "whole number"),
        "horizon inf": ("60 days", ".inf", "whole number"),
        "milestone after the horizon": (
            "horizon: 60 days",
            "horizon: 60 days\n  milestones: [61]",
            "within the horizon",
        ),
        "milestones no list": ("horizon: 60 days", "horizon: 60 days\n  milestones: 30", "list"),
        "milestone null": ("horizon: 60 days", "horizon: 60 days\n  milestones: [null]", "whole number"),
        "milestones a hundred": ("horizon: 60 days", f"horizon: 60 days\n  milestones: {[5] * 100}", "at most 12"),
        "question a list": ("  as_of: 2020-01-01\n", "  - 5\n", ""),
        "resolves missing": ("  resolves: It begins.\n", "", "required"),
    }
    return {name: (_replaced(old, new), said) for name, (old, new, said) in changes.items()}


def _sections() -> dict[str, tuple[str, str]]:
    """Wrong sections, appended."""
    sections = {
        "unknown key": ("colour: red\n", "no such key"),
        "misspelt key": ("populaton: 5\n", "did you mean population?"),
        "population zero": ("population: 0\n", "above 0"),
        "population negative": ("population: -5\n", "above 0"),
        "population text": ("population: many\n", "number"),
        "credibility above one": ("credibility: 2\n", "from 0 to 1"),
        "phase unknown": ("start: {phase: war}\n", "'standoff' or 'agreement'"),
        "phase a list": ("start: {phase: [standoff]}\n", "'standoff' or 'agreement'"),
        "start a word": ("start: standoff\n", "map of keys"),
        "ties a list": ("ties: [a, b]\n", "map of keys"),
        "tie to an unknown actor": ("ties: {envoy: {bakcer: 0.3}}\n", "did you mean backer?"),
        "tie of an unknown actor": ("ties: {nobody: {backer: 0.3}}\n", "no actor 'nobody'"),
        "tie to itself": ("ties: {envoy: {envoy: 0.3}}\n", "over itself"),
        "leverage above one": ("ties: {envoy: {backer: 3}}\n", "from 0 to 1"),
        "leverage text": ("ties: {envoy: {backer: strong}}\n", "number"),
        "tie without a target": ("ties: {envoy: 0.5}\n", "map of keys"),
        "pressure of an unknown actor": (edit(APPEAL, ("from: envoy", "from: envoi")), "did you mean envoy?"),
        "pressure on an unknown actor": (edit(APPEAL, ("on: backer", "on: bakcer")), "did you mean backer?"),
        "pressure on itself": (edit(APPEAL, ("on: backer", "on: envoy")), "an actor other"),
        "pressure with no aim": (edit(APPEAL, ("aim: restrain, ", "")), "required"),
        "pressure with an odd aim": (edit(APPEAL, ("aim: restrain", "aim: stop")), "'restrain' or 'encourage'"),
        "pressure by an odd channel": (edit(APPEAL, ("intensity", "channel: threat, intensity")), "'persuasion' or 'conditional'"),
        "pressure after the horizon": (edit(APPEAL, ("0.5", "0.5, start: 60")), "after the horizon"),
        "pressure a year after": (edit(APPEAL, ("0.5", "0.5, start: 2021-06-01")), "after the horizon"),
        "pressure that ends before it starts": (edit(APPEAL, ("0.5", "0.5, start: 5, end: 5")), "after `start`"),
        "pressure with a half-life of zero": (edit(APPEAL, ("0.5", "0.5, half_life: 0 days")), "above 0"),
        "pressure with a negative ramp": (edit(APPEAL, ("0.5", "0.5, ramp: -5")), "above 0"),
        "pressure with a word for a ramp": (edit(APPEAL, ("0.5", "0.5, ramp: soon")), "duration"),
        "pressure with an unknown key": (edit(APPEAL, ("0.5", "0.5, strength: 3")), "no such key"),
        "intensity above one": (edit(APPEAL, ("0.5", "1.5")), "from 0 to 1"),
        "pressures a list": ("pressures: [{from: envoy, on: backer}]\n", "map of keys"),
        "talks after the horizon": ("talks: {t: {start: 99, boost: 1}}\n", "after the horizon"),
        "talks without a boost": ("talks: {t: {start: 9}}\n", "required"),
        "talks with a negative boost": ("talks: {t: {start: 9, boost: -1}}\n", "0 or more"),
        "unknown parameter": ("parameters: {luck: 1}\n", "no such key"),
        "misspelt parameter": ("parameters: {precison: 7}\n", "did you mean precision?"),
        "precision zero": ("parameters: {precision: 0}\n", "above 0"),
        "negative rate": ("parameters: {launch_rate: -0.1}\n", "0 or more"),
        "principal unknown": ("bargaining: {principal: nobody}\n", "no actor 'nobody'"),
        "bargaining with itself": ("bargaining: {principal: backer, counterpart: backer}\n", "an actor other"),
        "confidence unknown": ("confidence: {level: total, basis: x}\n", "'low', 'moderate' or 'high'"),
        "confidence without a basis": ("confidence: {level: low}\n", "required"),
        "note too long": (f"notes: {{n: {'x' * 4001}}}\n", "4000"),
        "note a number": ("notes: {n: 5}\n", "text"),
        "evidence missing": ("evidence: ./none.yaml\n", "no file"),
        "evidence outside": ("evidence: ../../../../etc/passwd\n", "outside"),
        "evidence absolute": ("evidence: /etc/passwd\n", "outside"),
        "evidence a folder": ("evidence: .\n", "no file"),
        "evidence a device": ("evidence: /dev/zero\n", "outside"),
        "evidence a list": ("evidence: [a]\n", "text"),
        "evidence itself": ("evidence: ./hostile.yaml\n", "offramp/evidence/1"),
        "extends itself": ("extends: ./hostile.yaml\n", "circle"),
        "extends outside": ("extends: ../../secret.yaml\n", "outside"),
        "extends absolute": ("extends: /etc/passwd\n", "outside"),
        "extends a device": ("extends: /dev/urandom\n", "outside"),
        "extends missing": ("extends: ./none.yaml\n", "no file"),
        "extends a number": ("extends: 5\n", "path of a scenario file"),
        "extends a list": ("extends: [a, b]\n", "path of a scenario file"),
        "extends an address": ("extends: https://example.org/a.yaml\n", "no file"),
        "extends a null character": ('extends: "a\\0b.yaml"\n', "path"),
        "actors of ten thousand": ("zz: {" + ", ".join(f"a{n}: 1" for n in range(10_000)) + "}\n", ""),
        "four thousand notes": ("notes: {" + ", ".join(f"a{n}: x" for n in range(4_000)) + "}\n", "at most 64"),
        "an eleven-level map": ("x: " + "{a: " * 11 + "1" + "}" * 11 + "\n", "no such key"),
    }  # fmt: skip
    return {name: (BASE + text, said) for name, (text, said) in sections.items()}


def _yaml() -> dict[str, tuple[str | bytes, str]]:
    """What is no YAML, or YAML that the language leaves out."""
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    merge_key = "a: &a {b: 1}\nc: {<<: *a}\n"
    return {
        "empty": ("", "expected a map"),
        "spaces": ("   \n\n", "expected a map"),
        "comment only": ("# nothing\n", "expected a map"),
        "a number": ("42\n", "expected a map"),
        "a list": ("- a\n- b\n", "expected a map"),
        "text": ("hello\n", "expected a map"),
        "null": ("null\n", "expected a map"),
        "alias bomb": (bomb, "anchors"),
        "merge key": (merge_key, "anchors"),
        "anchor to itself": ("a: &a [*a]\n", "anchors"),
        "unknown alias": ("a: *b\n", "aliases"),
        "python object": ("a: !!python/object/apply:os.system ['true']\n", "tags"),
        "python name": ("a: !!python/name:os.system\n", "tags"),
        "own tag": ("a: !secret x\n", "tags"),
        "binary tag": ("a: !!binary aGk=\n", "tags"),
        "set tag": ("a: !!set {x, y}\n", "tags"),
        "tag of a yaml version": ("%TAG ! tag:example.org,2000:\n---\na: !x 1\n", "tags"),
        "duplicate key": (BASE + "title: again\n", "appears twice"),
        "duplicate actor": (BASE.replace("  envoy:", "  backer:"), "appears twice"),
        "duplicate in flow": (BASE + "start: {phase: standoff, phase: agreement}\n", "appears twice"),
        "two documents": (BASE + "---\n" + BASE, "second document"),
        "tab indent": ("a:\n\tb: 1\n", "not valid YAML"),
        "open bracket": (BASE + "ties: {envoy: {backer: 0.3}\n", "not valid YAML"),
        "open quote": (BASE + 'notes: {n: "x}\n', "not valid YAML"),
        "bad indent": ("a: 1\n  b: 2\n", "not valid YAML"),
        "colon in a value": (BASE + "notes: {n: a: b}\n", "not valid YAML"),
        "control character": (BASE + "notes: {n: \x07}\n", "special characters"),
        "null byte": (BASE + "notes: {n: \x00}\n", "special characters"),
        "escape sequence": (BASE + "notes: {n: \x1b[31m}\n", "special characters"),
        "nested lists 5,000 deep": ("a: " + "[" * 5000, "nested deeper"),
        "nested maps 5,000 deep": ("{a: " * 5000, "nested deeper"),
        "nested blocks 500 deep": ("".join(" " * n + "a:\n" for n in range(500)), "nested deeper"),
        "nested sequences 5,000 deep": ("- " * 5000 + "x\n", "nested deeper"),
        "5 MB of comments": ("# x" * 1_700_000, "larger than"),
        "5 MB of list": ("a: [" + "1," * 2_600_000 + "1]\n", "larger than"),
        "one long line": ("a: " + "x" * 300_000 + "\n", "larger than"),
        "50,000 values": ("a: [" + "1," * 50_000 + "1]\n", "more than 10,000 values"),
        "10,000 actors": (BASE + "".join(f"  m{n}: {{role: mediator, stance: 0}}\n" for n in range(10_000)), "larger than"),
        "1,500 actors": (BASE + "".join(f"  m{n}: {{role: mediator, stance: 0}}\n" for n in range(1_500)), "at most 32"),
        "latin-1": ("title: Çava\n".encode("latin-1"), "not UTF-8"),
        "utf-16": (BASE.encode("utf-16"), "not UTF-8"),
        "utf-32": (BASE.encode("utf-32"), "not UTF-8"),
        "binary": (bytes(range(256)) * 20, "not UTF-8"),
        "zip": (b"PK\x03\x04" + b"\xff" * 200, "not UTF-8"),
        "png": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "not UTF-8"),
        "zeros": (b"\x00" * 1000, "special characters"),
        "json": ('{"schema": "offramp/scenario/1"}', "required"),
        "html": ("<html><script>alert(1)</script></html>\n", "expected a map"),
        "key a list": ("? [a, b]\n: 1\n", "plain word as a key"),
        "key a map": ("? {a: b}\n: 1\n", "plain word as a key"),
        "windows line ends with a fault": (BASE.replace("\n", "\r\n") + "colour: red\r\n", "no such key"),
        "old mac line ends": ("a: 1\rb: 2\r", ""),
    }  # fmt: skip


HOSTILE: dict[str, tuple[str | bytes, str]] = {**_numbers(), **_fields(), **_sections(), **_yaml()}
