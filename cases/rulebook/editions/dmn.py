"""A measure's rules, deferrals and gates as a DMN 1.3 model, to be read in the tools with which
other fields review decisions.

It says what follows if every answer that it asks for is known. The rulebook can leave a status open
if an answer is not known, but a decision table cannot. The model itself says so. Nothing reads
these models back.

DMN 1.3: https://www.omg.org/spec/DMN/1.3 (Object Management Group, 2021); cells are in its language
FEEL.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from xml.etree import ElementTree as ET

from cases.rulebook.entries.conditions import Code, Condition, questions_of
from cases.rulebook.entries.questions import Question, Questionnaire
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import DO_NO_HARM, Deferral, Gate
from cases.rulebook.reasoning.condition_trees import unfold
from cases.rulebook.reasoning.dnf import Cell, Row, alternatives

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"

# FEEL ---------------------------------------------------------------------------------------------


def _feel(cell: Cell | None, question: Question) -> str:
    """A cell as a unary test."""
    if cell is None:
        return "-"
    codes = question.option_codes
    if question.kind == "multiple":
        without = [_contains([code]) for code in codes if code not in cell.fitting]
        tests = [
            *(
                f"({_contains(code for code in codes if code in wanted & cell.fitting)})"
                for wanted in cell.among
            ),
            *(f"not({text})" for text in without),
        ]
        return " and ".join(dict.fromkeys(tests)) or "-"
    fitting = [code for code in codes if code in cell.fitting]
    if len(fitting) == len(codes):
        return "-"
    if question.kind == "scale" and fitting == list(codes[-len(fitting) :]):
        return f">= {fitting[0]}"
    if question.kind == "scale" and fitting == list(codes[: len(fitting)]):
        return f"<= {fitting[-1]}"
    return ",".join(_literal(code) for code in fitting)


def _contains(codes: Iterable[Code]) -> str:
    return " or ".join(f"list contains(?, {_literal(code)})" for code in codes)


def _literal(code: Code) -> str:
    return str(code) if isinstance(code, int) else f'"{code}"'


# The conditions of a table's row, what follows, and why.
TableRow = tuple[Row, list[str], str]

# The model ----------------------------------------------------------------------------------------


def write_dmn(rulebook: Rulebook, measure: str) -> str:
    """The model of one measure as XML text, valid against the standard's schema: what calls for it,
    each deferral and gate before it, and the status that follows. Raises KeyError for no such
    measure, TooManyRowsError.
    """
    entry = rulebook.measures[measure]
    questionnaire = rulebook.questionnaire
    rules, gates = rulebook.rules_for[measure], rulebook.gates_for[measure]
    deferrals = rulebook.deferrals_for[measure]
    root = ET.Element(
        "definitions", {"xmlns": NAMESPACE, "id": _id("model", measure), "name": entry.title}
    )
    root.set("namespace", f"urn:rtop-assist:{rulebook.digest}")
    ET.SubElement(root, "description").text = (
        f"{entry.title}: what the rulebook with the digest {rulebook.digest} says if every "
        "answer that is asked for here is known. If one is not known, the status may be open, "
        "which these tables cannot express. For reading only."
    )
    conditions = _conditions(rulebook, measure)
    asked = frozenset[str]().union(*(_asked_by(item, questionnaire) for item in conditions))
    used = [question for question in questionnaire.questions if question.code in asked]
    for question in used:
        node = ET.SubElement(
            root, "inputData", {"id": _id("input", question.code), "name": question.code}
        )
        node.set("label", question.title)
        ET.SubElement(node, "variable", {"name": question.code, "typeRef": _type(question)})
    called: list[TableRow] = []
    for rule in rules:
        outcome = [_text(rule.code), _text(rule.priority)]
        called += [(row, outcome, rule.rationale) for row in _rows_of(rule.when, questionnaire)]
    outputs = (("rule", "string"), ("priority", "string"))
    _decision(
        root, "called_for", "What calls for it", "COLLECT", outputs, called, used, questionnaire
    )
    hurdles: list[tuple[Deferral | Gate, list[TableRow]]] = [
        *((deferral, _deferral_rows(deferral, questionnaire)) for deferral in deferrals),
        *((gate, _gate_rows(gate, questionnaire)) for gate in gates),
    ]
    for item, rows in hurdles:
        name = _name(item)
        _decision(root, name, item.title, "FIRST", ((name, "string"),), rows, used, questionnaire)
    _status(root, deferrals, gates)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _conditions(rulebook: Rulebook, measure: str) -> list[Condition]:
    gates = rulebook.gates_for[measure]
    return [
        *(rule.when for rule in rulebook.rules_for[measure]),
        *chain.from_iterable(gate.conditions for gate in gates),
        *(deferral.when for deferral in rulebook.deferrals_for[measure]),
    ]


def _rows_of(condition: Condition, questionnaire: Questionnaire) -> list[Row]:
    return alternatives(unfold(condition, questionnaire), questionnaire)


def _asked_by(condition: Condition, questionnaire: Questionnaire) -> frozenset[str]:
    return questions_of(unfold(condition, questionnaire))


def _deferral_rows(deferral: Deferral, questionnaire: Questionnaire) -> list[TableRow]:
    rows = [
        (row, [_text("waits")], deferral.reason) for row in _rows_of(deferral.when, questionnaire)
    ]
    return [*rows, ({}, [_text("does_not_wait")], deferral.look_again)]


def _gate_rows(gate: Gate, questionnaire: Questionnaire) -> list[TableRow]:
    rows = [(row, [_text("holds")], gate.says.holds) for row in _rows_of(gate.holds, questionnaire)]
    for named in gate.on_condition:
        rows += [
            (row, [_text("on_condition")], named.condition)
            for row in _rows_of(named.when, questionnaire)
        ]
    return [*rows, ({}, [_text("fails")], gate.says.fails)]


def _decision(
    root: ET.Element,
    name: str,
    title: str,
    policy: str,
    outputs: tuple[tuple[str, str], ...],
    rows: list[TableRow],
    used: list[Question],
    questionnaire: Questionnaire,
) -> None:
    """A decision with its table: a column for each question that a row asks for."""
    codes = frozenset(chain.from_iterable(row for row, _said, _why in rows))
    columns = [question for question in used if question.code in codes] or used[:1]
    node = _decision_node(
        root, name, title, [("input", _id("input", question.code)) for question in columns]
    )
    table = ET.SubElement(node, "decisionTable", {"id": _id("table", name), "hitPolicy": policy})
    for question in columns:
        column = ET.SubElement(
            table,
            "input",
            {"id": _id("column", f"{name}.{question.code}"), "label": question.title},
        )
        expression = ET.SubElement(column, "inputExpression", {"typeRef": _type(question)})
        ET.SubElement(expression, "text").text = question.code
    for output, kind in outputs:
        ET.SubElement(
            table,
            "output",
            {"id": _id("output", f"{name}.{output}"), "name": output, "typeRef": kind},
        )
    ET.SubElement(table, "annotation", {"name": "Why"})
    for row, outputs_of_row, why in rows:
        cells = [
            _feel(row.get(question.code), questionnaire[question.code]) for question in columns
        ]
        _rule(table, cells, outputs_of_row, why)


def _status(root: ET.Element, deferrals: tuple[Deferral, ...], gates: tuple[Gate, ...]) -> None:
    hurdles: tuple[Deferral | Gate, ...] = (*deferrals, *gates)
    names = [_name(item) for item in hurdles]
    needed = [("decision", _id("decision", name)) for name in ("called_for", *names)]
    node = _decision_node(root, "status", "Status", needed)
    table = ET.SubElement(node, "decisionTable", {"id": "table_status", "hitPolicy": "FIRST"})
    for label, text, kind in (
        ("What calls for it", "count(called_for)", "number"),
        *((n, n, "string") for n in names),
    ):
        column = ET.SubElement(table, "input", {"label": label})
        expression = ET.SubElement(column, "inputExpression", {"typeRef": kind})
        ET.SubElement(expression, "text").text = text
    ET.SubElement(table, "output", {"name": "status", "typeRef": "string"})
    free = ["-"] * len(names)
    _rule(table, ["0", *free], [_text("not_indicated")])
    harms = tuple(gate for gate in gates if gate.kind == DO_NO_HARM)
    # In the order of precedence: the first row that fits gives the status.
    steps: tuple[tuple[tuple[Deferral | Gate, ...], str, str], ...] = (
        (harms, "fails", "blocked"),
        (deferrals, "waits", "deferred"),
        (gates, "fails", "blocked"),
        (gates, "on_condition", "conditional"),
    )
    for items, value, status in steps:
        for item in items:
            cells = [_text(value) if item is other else "-" for other in hurdles]
            _rule(table, ["-", *cells], [_text(status)])
    _rule(table, ["-", *free], [_text("recommended")])


def _decision_node(
    root: ET.Element, name: str, title: str, needs: list[tuple[str, str]]
) -> ET.Element:
    node = ET.SubElement(
        root, "decision", {"id": _id("decision", name), "name": name, "label": title}
    )
    ET.SubElement(node, "variable", {"name": name})
    for kind, needed in needs:
        need = ET.SubElement(node, "informationRequirement")
        ET.SubElement(
            need, "requiredInput" if kind == "input" else "requiredDecision", {"href": f"#{needed}"}
        )
    return node


def _rule(table: ET.Element, cells: list[str], outputs: list[str], why: str | None = None) -> None:
    rule = ET.SubElement(table, "rule")
    for tag, texts in (("inputEntry", cells), ("outputEntry", outputs)):
        for text in texts:
            ET.SubElement(ET.SubElement(rule, tag), "text").text = text
    if why is not None:
        ET.SubElement(ET.SubElement(rule, "annotationEntry"), "text").text = why


def _text(value: str) -> str:
    return f'"{value}"'


def _type(question: Question) -> str:
    return {"scale": "number", "single": "string", "multiple": "Any"}[question.kind]


def _name(item: Deferral | Gate) -> str:
    kind = "gate" if isinstance(item, Gate) else "deferral"
    return f"{kind}_" + item.code.replace(".", "_").replace("-", "_")


def _id(kind: str, code: str) -> str:
    """A name that XML takes as an identifier."""
    return f"{kind}_" + "".join(character if character.isalnum() else "_" for character in code)
