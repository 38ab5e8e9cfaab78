"""What differs between two rulebooks, and which of it can change what is advised."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cases.rulebook.editions.builder import Document, build
from cases.rulebook.editions.document_diff import EntryChange, differences, weight_of
from cases.rulebook.entries.questions import Questionnaire, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.adviser import advise

Change = Callable[[Document], None]


def entry(document: Document, kind: str, code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in document[kind] if item["code"] == code)
    return found


def put(kind: str, code: str, **fields: Any) -> Change:
    return lambda document: entry(document, kind, code).update(fields)


def inner(kind: str, code: str, path: str, value: Any) -> Change:
    """Set a field deep in an entry: `options.0.label`."""

    def change(document: Document) -> None:
        *steps, last = path.split(".")
        place: Any = entry(document, kind, code)
        for step in steps:
            place = place[int(step)] if step.isdecimal() else place[step]
        place[last] = value

    return change


def reorder(kind: str, code: str, name: str) -> Change:
    return lambda document: entry(document, kind, code)[name].reverse()


def worded(kind: str, code: str, path: str, old: str, new: str) -> Change:
    """Replace something in a text that is first set, so that the test does not depend on the
    fixture.
    """

    def change(document: Document) -> None:
        inner(kind, code, path, new)(document)

    # The function carries a note of its own.
    change.before = inner(kind, code, path, old)  # type: ignore[attr-defined]
    return change


TEXT = ("questions", "phase", "text")
LABEL = ("questions", "phase", "options.0.label")

SINGLE = [
    (put("measures", "cap.ssr", title="Other"), "title", "editorial", "explanation"),
    (put("questions", "phase", help="Look closer."), "help", "editorial", "explanation"),
    (
        put("rules", "pro.mediation.crisis", rationale="Said."),
        "rationale",
        "editorial",
        "explanation",
    ),
    (
        inner("gates", "consent.capacity", "says.holds", "It is."),
        "says.holds",
        "editorial",
        "explanation",
    ),
    (
        inner("measures", "cap.ssr", "cautions.0.text", "Careful."),
        "cautions[1].text",
        "editorial",
        "explanation",
    ),
    (inner("actors", "ohchr", "mandate", "To protect."), "mandate", "editorial", "explanation"),
    (
        put("measures", "cap.ssr", translations={"fr": {"title": "x"}}),
        "translations",
        "editorial",
        "translation",
    ),
    (
        put("measures", "cap.ssr", evidence={"strength": "none"}),
        "evidence",
        "editorial",
        "evidence",
    ),
    (put("measures", "cap.ssr", coercive=None), "coercive", "meaning", "content"),
    (put("measures", "cap.ssr", horizon="short"), "horizon", "meaning", "content"),
    (put("rules", "pro.mediation.crisis", priority="low"), "priority", "meaning", "content"),
    (put("rules", "pro.mediation.crisis", citation=["foa.rf3"]), "citation", "meaning", "content"),
    (
        put("rules", "pro.mediation.crisis", when={"question": "phase", "in": ["ongoing"]}),
        "when",
        "meaning",
        "condition",
    ),
    (
        inner("rules", "pro.mediation.crisis", "actors.support", []),
        "actors.support",
        "meaning",
        "content",
    ),
    (put("questions", "phase", risk_factors=["RF9"]), "risk_factors", "meaning", "content"),
    (reorder("questions", "phase", "options"), "options", "meaning", "order"),
    (worded(*TEXT, "Which phase?", "Which  phase ?"), "text", "editorial", "typography"),
    (worded(*TEXT, "Which phase?", "which Phase?"), "text", "editorial", "typography"),
    (worded(*TEXT, "Who decides", "WHO decides"), "text", "meaning", "wording"),
    (
        worded(*TEXT, "a “State” – or", "a 'State' — or".replace("'", '"')),
        "text",
        "editorial",
        "typography",
    ),
    (worded(*TEXT, "fewer < 1000", "fewer > 1000"), "text", "meaning", "wording"),
    (worded(*TEXT, "by +5 people", "by -5 people"), "text", "meaning", "wording"),
    (worded(*TEXT, "x ≠ y", "x = y"), "text", "meaning", "wording"),
    (worded(*TEXT, "¬ consent", "consent"), "text", "meaning", "wording"),
    (worded(*TEXT, "is not/and", "is not and"), "text", "meaning", "wording"),
    (worded(*TEXT, "Those, who are armed", "Those who are armed"), "text", "meaning", "wording"),
    (worded(*TEXT, "to prevent it", "to present it"), "text", "meaning", "wording"),
    (worded(*TEXT, "it is denied", "it is defied"), "text", "meaning", "wording"),
    (worded(*TEXT, "a united group", "a untied group"), "text", "meaning", "wording"),
    (worded(*TEXT, "they refuse it", "they refute it"), "text", "meaning", "wording"),
    (
        worded(*TEXT, "goverment of the goverment", "government of the government"),
        "text",
        "meaning",
        "wording",
    ),
    (worded(*TEXT, "The goverment is", "The government is"), "text", "editorial", "typo"),
    (worded(*TEXT, "The govermnent is", "The gouvernement is"), "text", "meaning", "wording"),
    (worded(*TEXT, "The governemnt is", "The government is"), "text", "editorial", "typo"),
    (worded(*TEXT, "The goverXment is", "The goverNment is"), "text", "editorial", "typo"),
    (worded(*TEXT, "It is given", "It is not given"), "text", "meaning", "wording"),
    (worded(*TEXT, "a legal act", "a illegal act"), "text", "meaning", "wording"),
    (worded(*TEXT, "a moral act", "a amoral act"), "text", "meaning", "wording"),
    (worded(*TEXT, "now given", "not given"), "text", "meaning", "wording"),
    (worded(*TEXT, "in 10000 cases", "in 10001 cases"), "text", "meaning", "wording"),
    (worded(*TEXT, "fewer than 5", "more than 5"), "text", "meaning", "wording"),
    (worded(*LABEL, "Latent", "Latent."), "options[latent].label", "editorial", "typography"),
    (worded(*LABEL, "Latent", "Dormant"), "options[latent].label", "meaning", "wording"),
]


@pytest.mark.parametrize(("change", "path", "weight", "why"), SINGLE)
def test_a_change_is_of_meaning_unless_it_is_known_to_be_harmless(
    first_document: tuple[Document, Rulebook], change: Change, path: str, weight: str, why: str
) -> None:
    before = copy.deepcopy(first_document[0])
    getattr(change, "before", lambda document: None)(before)
    after = copy.deepcopy(before)
    change(after)
    (found,) = differences(before, after)
    (field,) = found.differences
    assert (field.path, field.weight, field.why) == (path, weight, why)
    assert (found.act, found.weight) == ("changed", weight)
    (mirror,) = differences(after, before)
    (back,) = mirror.differences
    assert (back.path, back.after, back.before) == (field.path, field.before, field.after)
    if weight == "editorial":
        # Replacing a correct word with a misspelt one is a change of meaning.
        assert back.weight == ("meaning" if why == "typo" else "editorial")


def test_the_same_document_differs_in_nothing(first_document: tuple[Document, Rulebook]) -> None:
    assert differences(first_document[0], copy.deepcopy(first_document[0])) == ()
    assert weight_of(()) == "editorial"


def without(document: Document, kind: str, code: str) -> Document:
    return {**document, kind: [item for item in document[kind] if item["code"] != code]}


@pytest.mark.parametrize(
    ("kind", "added", "removed"),
    [
        ("rules", "meaning", "meaning"),
        ("invariants", "meaning", "meaning"),
        ("actors", "meaning", "meaning"),
        ("passages", "editorial", "meaning"),
        ("sources", "editorial", "meaning"),
    ],
)
def test_an_entry_more_or_less_is_of_meaning_save_a_source_on_which_nothing_rests(
    first_document: tuple[Document, Rulebook], kind: str, added: str, removed: str
) -> None:
    document = first_document[0]
    code = document[kind][0]["code"]
    fewer = without(document, kind, code)

    def said(changes: tuple[EntryChange, ...]) -> list[tuple[str, str, str]]:
        return [
            (change.act, change.code, change.weight)
            for change in changes
            if change.act != "changed"
        ]

    assert said(differences(document, fewer)) == [("removed", code, removed)]
    assert said(differences(fewer, document)) == [("added", code, added)]


def test_a_row_more_in_a_list_is_of_meaning_and_named(
    first_document: tuple[Document, Rulebook],
) -> None:
    before = first_document[0]
    after = copy.deepcopy(before)
    actor = after["actors"][1]
    taken = actor["can"].pop()
    (found,) = differences(before, after)
    assert [(item.path, item.weight) for item in found.differences] == [
        (f"can[{taken['measure']} {taken['role']}]", "meaning")
    ]


def test_the_order_counts_where_answers_or_reasons_follow_it(
    first_document: tuple[Document, Rulebook],
) -> None:
    before = first_document[0]
    for kind, weight in (
        ("questions", "meaning"),
        ("gates", "meaning"),
        ("rules", "meaning"),
        ("measures", "editorial"),
    ):
        after = {**before, kind: [before[kind][1], before[kind][0], *before[kind][2:]]}
        changes = differences(before, after)
        assert changes
        assert weight_of(changes) == weight


def test_the_note_of_an_edition_is_editorial(first_document: tuple[Document, Rulebook]) -> None:
    before = first_document[0]
    after = {**before, "edition": before["edition"] | {"note": "Said better."}}
    (found,) = differences(before, after)
    assert (found.kind, found.weight) == ("edition", "editorial")


def some_answers(questionnaire: Questionnaire, chance: random.Random) -> dict[str, Value | None]:
    """An answer to most questions, drawn by chance."""
    found: dict[str, Value | None] = {}
    for question in questionnaire.questions:
        codes = question.option_codes
        if chance.random() < 0.8:
            many = frozenset(str(code) for code in codes if chance.random() < 0.4)
            found[question.code] = many if question.kind == "multiple" else chance.choice(codes)
    return found


def test_editorial_changes_leave_every_advice_as_it_is(
    first_document: tuple[Document, Rulebook],
) -> None:
    """All of them at once, on random answers: statuses, what they rest on, and who is named."""
    document, old = first_document
    after = copy.deepcopy(document)
    for change, _path, weight, _why in SINGLE:
        if weight == "editorial" and not hasattr(change, "before"):
            change(after)
    for measure in after["measures"]:
        measure.pop("translations", None)
        measure.pop("evidence", None)
    assert weight_of(differences(document, after)) == "editorial"
    new = build(after)
    chance = random.Random(7)
    for _ in range(40):
        answers = some_answers(old.questionnaire, chance)
        before, now = (
            advise(book, answers, countries=["MLI"], as_of=date(2020, 1, 1)) for book in (old, new)
        )
        assert [
            (
                code,
                row.status,
                row.possible,
                row.priority,
                row.rests_on,
                [(a.actor, a.role) for a in row.actors],
            )
            for code, row in before.measures.items()
        ] == [
            (
                code,
                row.status,
                row.possible,
                row.priority,
                row.rests_on,
                [(a.actor, a.role) for a in row.actors],
            )
            for code, row in now.measures.items()
        ]
        assert before.flags == now.flags


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [("The riskk", "The risks", "typo"), ("The rizk", "The risk", "wording")],
)
def test_a_letter_that_differs_is_a_misspelling_only_in_a_word_of_five_letters_or_more(
    first_document: tuple[Document, Rulebook], old: str, new: str, why: str
) -> None:
    before = copy.deepcopy(first_document[0])
    inner(*LABEL, old)(before)
    entry(before, "questions", "phase")["help"] = "Risk and risks."
    after = copy.deepcopy(before)
    inner(*LABEL, new)(after)
    (change,) = differences(before, after)
    assert [(item.weight, item.why) for item in change.differences] == [
        ("editorial" if why == "typo" else "meaning", why)
    ]
