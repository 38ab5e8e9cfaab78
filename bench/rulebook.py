"""The rules module against peers, in one run on one core: `make bench`.

Every figure is a ratio within this run, of tasks that take turns. It is printed after agreement
has been checked.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np

from bench import peers, workload
from bench.figures import (
    ROUNDS_PER_PROCESS,
    Timings,
    duration,
    in_fresh_processes,
    say,
    timed,
    times,
)
from bench.kernel import Kernel, compiler
from bench.reference import all_rules
from cases.rulebook.editions.loader import load_folder
from cases.rulebook.entries.conditions import Atom, questions_of
from cases.rulebook.entries.questions import Answers, Questionnaire
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.adviser import advise
from cases.rulebook.reasoning.answer_codes import Codes
from cases.rulebook.reasoning.bitplanes import Portfolio
from cases.rulebook.reasoning.diagrams import Diagrams
from cases.rulebook.reasoning.logic import Facts
from cases.rulebook.reasoning.statuses import SETTLED

MANY, FEW, SAMPLE, AGREED, ADVISED = 1_000_000, 10_000, 300, 2_000, 600
# So many rules are edited, one at a time.
EDITED = 60
EDITION = Path(__file__).resolve().parent.parent / "fixtures" / "rulebook"

FORMS = """\
Each peer has the form that was fastest of those tried. polars reads a nullable Boolean
column for each option rather than comparing numbers for each line. zen-engine and common-
expression-language evaluate one compiled list of all rules rather than a node or a program
for each; what common-expression-language reads is converted before the time begins. The C
program is compiled from the same rulebook in the run (`bench/kernel.py`). It is portable C,
and begins, as the planes do, with codes that lie as the database keeps them."""


def row(what: str, seconds: float, ratio: str = "", asked: str = "") -> None:
    say(f"| {what} | {duration(seconds)} | {ratio} | {asked} |")


def table(title: str) -> None:
    say(f"\n### {title}\n\n| what | median | ratio | asked |\n|---|---:|---|---|")


def codes_of(questionnaire: Questionnaire, columns: workload.Columns) -> Codes:
    return np.array([columns[question.code] + 1 for question in questionnaire.questions], np.uint16)


def run_rules(portfolio: Portfolio, rulebook: Rulebook) -> None:
    for _ in portfolio.rules(rulebook):
        pass


def run_edited(portfolio: Portfolio, rulebook: Rulebook) -> None:
    for rule in rulebook.rules[:EDITED]:
        portfolio.kleene(rule.when)


def edited_row(found: Timings, rules: str, asked: str = "") -> None:
    """`rules` is the task that evaluates all rules."""
    ratio = found.ratio("edited", rules) / EDITED
    row(f"one edited rule (of {EDITED})", found["edited"] / EDITED, times(ratio), asked)


def run_statuses(portfolio: Portfolio, rulebook: Rulebook, *, exact: bool) -> None:
    for measure in rulebook.measures:
        portfolio.statuses(rulebook, measure, exact=exact)


def matrix(portfolio: Portfolio, rulebook: Rulebook) -> np.ndarray:
    """1 true, 0 false, -1 undetermined, by rule and assessment."""
    rows = []
    for _, known_true, known_false in portfolio.rules(rulebook):
        yes, no = portfolio.rows_of(known_true), portfolio.rows_of(known_false)
        rows.append(np.where(yes, 1, np.where(no, 0, -1)).astype(np.int8))
    return np.stack(rows)


def agree(rulebook: Rulebook, columns: workload.Columns, portfolio: Portfolio, polars: Any) -> None:
    """Stop the run if anything that is timed disagrees with the reference."""
    questionnaire = rulebook.questionnaire
    expected = np.array(
        [
            [-1 if truth is None else int(truth) for truth in all_rules(rulebook, answers)]
            for answers in (
                workload.answers_at(questionnaire, columns, index) for index in range(AGREED)
            )
        ],
        np.int8,
    ).T
    for name, found in (("planes", matrix(portfolio, rulebook)), ("polars", polars.run())):
        if not (found[:, :AGREED] == expected).all():
            sys.exit(f"{name} disagrees with the reference")
    say(
        f"Agreement: planes and polars say what the reference says of {AGREED:,} assessments and "
        "every rule."
    )


def agree_where_known(
    rulebook: Rulebook, sample: list[Answers], **two_valued: list[list[bool]]
) -> None:
    """Stop the run if a two-valued peer disagrees with the reference where nothing is unknown."""
    compared = 0
    for index, answers in enumerate(sample):
        for place, (rule, truth) in enumerate(
            zip(rulebook.rules, all_rules(rulebook, answers), strict=True)
        ):
            if all(answers.get(code) is not None for code in questions_of(rule.when)):
                compared += 1
                for name, found in two_valued.items():
                    if found[index][place] is not truth:
                        sys.exit(f"{name} disagrees with the reference on {rule.code}")
    say(
        f"Agreement: {' and '.join(two_valued)} say what the reference says, {compared:,} times, "
        "where all is known."
    )


class Bulk:
    """The stored assessments as the planes and each peer read them."""

    def __init__(self) -> None:
        self.rulebook = workload.rulebook()
        questionnaire = self.rulebook.questionnaire
        self.columns = workload.portfolio(questionnaire, MANY)
        self.portfolio = Portfolio(questionnaire, codes_of(questionnaire, self.columns))
        few = {code: column[:FEW] for code, column in self.columns.items()}
        self.few = Portfolio(questionnaire, codes_of(questionnaire, few))
        self.polars = peers.PolarsPeer(self.rulebook, self.columns)
        self.polars_few = peers.PolarsPeer(self.rulebook, few)
        self.sample = [
            workload.answers_at(questionnaire, self.columns, index) for index in range(SAMPLE)
        ]
        self.zen = peers.ZenPeer(self.rulebook, self.sample)
        self.cel = peers.CelPeer(self.rulebook, self.sample)
        self.python = peers.PythonPeer(self.rulebook, self.sample)


def timed_bulk() -> Timings:
    bulk = Bulk()
    rulebook, portfolio = bulk.rulebook, bulk.portfolio
    block = np.zeros(portfolio.nbytes // 8, np.uint64)
    sink = np.zeros_like(block)
    return timed(
        {
            "planes": lambda: run_rules(portfolio, rulebook),
            "few": lambda: run_rules(bulk.few, rulebook),
            "edited": lambda: run_edited(portfolio, rulebook),
            "kleene": lambda: run_statuses(portfolio, rulebook, exact=False),
            "exact": lambda: run_statuses(portfolio, rulebook, exact=True),
            "polars": bulk.polars.run_lazily,
            "polars few": bulk.polars_few.run_lazily,
            "reference": lambda: [all_rules(rulebook, answers) for answers in bulk.sample],
            "zen": bulk.zen.run,
            "cel": bulk.cel.run,
            "python": bulk.python.run,
            "copy": lambda: np.copyto(sink, block),
        },
        ROUNDS_PER_PROCESS,
    )


def bulk(found: Timings) -> None:
    made = Bulk()
    rulebook = made.rulebook
    agree(rulebook, made.columns, made.portfolio, made.polars)
    agree_where_known(
        rulebook, made.sample, zen=made.zen.run(), cel=made.cel.run(), python=made.python.run()
    )
    table(f"All {len(rulebook.rules)} rules over {MANY:,} stored assessments")
    row("planes", found["planes"], "1")
    for what, task, asked in (
        ("plain Python reference", "reference", "≥ 3,000 ×"),
        ("zen-engine, one compiled expression", "zen", "≥ 4,000 ×"),
        ("common-expression-language, one program", "cel", "≥ 4,000 ×"),
        ("the rules compiled to Python", "python", ""),
    ):
        ratio = found.ratio(task, "planes") * MANY / SAMPLE
        each = f"{what}, an assessment (of {SAMPLE})"
        row(each, found[task] / SAMPLE, f"{times(ratio)} ×", asked)
    ratio = found.ratio("polars", "planes")
    row(
        "polars, nullable Boolean columns, one thread",
        found["polars"],
        f"{times(ratio)} ×",
        "≥ 4 ×",
    )
    edited_row(found, "planes", "≤ 1/4")
    row("all measures, Kleene", found["kleene"], "1")
    ratio = found.ratio("exact", "kleene")
    row("all measures, exact", found["exact"], f"{times(ratio)} × Kleene", "≤ 4 ×")
    # A copy reads and writes each byte; the planes have to be read once at least.
    ratio = 2 * found.ratio("planes", "copy")
    what = "reading the planes once, at the speed of memory"
    row(what, found["copy"] / 2, f"planes take {times(ratio)} ×")
    say(
        f"\nMemory: planes {made.portfolio.nbytes / 1e6:.0f} MB; packed codes "
        f"{2 * len(rulebook.questionnaire.questions)} bytes each."
    )
    say(f"On unknowns: polars has three values; zen-engine: {made.zen.on_unknown};")
    say(f"common-expression-language: {made.cel.on_unknown};")
    say(f"Python: {made.python.on_unknown}.")
    say(f"\n{FORMS}")
    table(f"The same over {FEW:,}")
    row("planes", found["few"], "1")
    row("polars", found["polars few"], f"{times(found.ratio('polars few', 'few'))} ×")
    ratio = found.ratio("reference", "few") * FEW / SAMPLE
    row("plain Python reference, an assessment", found["reference"] / SAMPLE, f"{times(ratio)} ×")


def build(portfolio: Portfolio) -> Portfolio:
    """A portfolio with the planes of all its questions."""
    for question in portfolio.questionnaire.questions:
        portfolio.kleene(Atom(question.code, "in", question.option_codes[:1]))
    return portfolio


def stored_codes(questionnaire: Questionnaire) -> Codes:
    """A row for each assessment, as the database keeps them."""
    columns = workload.portfolio(questionnaire, MANY)
    return np.ascontiguousarray(codes_of(questionnaire, columns).T)


def timed_beside_c(rulebook_of: Callable[[], Rulebook], command: str) -> Timings:
    """Making planes of stored codes, evaluating all rules on them, and both."""
    rulebook = rulebook_of()
    questionnaire, kernel = rulebook.questionnaire, Kernel(rulebook, command)
    codes = stored_codes(questionnaire)
    portfolio, planes = build(Portfolio(questionnaire, codes.T)), kernel.build(codes)
    return timed(
        {
            "build": lambda: build(Portfolio(questionnaire, codes.T)),
            "build in C": lambda: kernel.build(codes),
            "rules": lambda: run_rules(portfolio, rulebook),
            "rules in C": lambda: kernel.evaluate(planes, kept=False),
            "both": lambda: run_rules(build(Portfolio(questionnaire, codes.T)), rulebook),
            "both in C": lambda: kernel.evaluate(kernel.build(codes), kept=False),
        },
        ROUNDS_PER_PROCESS,
    )


def beside_c(name: str, rulebook: Rulebook, command: str | None, found: Timings | None) -> None:
    """The planes beside C, from codes as the database keeps them."""
    say(f"\n### {name.format(number=len(rulebook.rules))} over {MANY:,} beside C\n")
    if command is None or found is None:
        say("No C compiler was found (cc or gcc), so nothing was compared.")
        return
    kernel = Kernel(rulebook, command)
    codes = stored_codes(rulebook.questionnaire)
    portfolio, planes = Portfolio(rulebook.questionnaire, codes.T), kernel.build(codes)
    said = kernel.evaluate(planes, kept=True)
    for place, (code, *ours) in enumerate(portfolio.rules(rulebook)):
        if not np.array_equal(ours, said[2 * place : 2 * place + 2]):
            sys.exit(f"C disagrees with the planes on {code}")
    say(
        f"Agreement: C says what the planes say of {MANY:,} assessments and {len(rulebook.rules)} "
        "rules.\n"
    )
    say("| what | planes | C | ratio | asked |\n|---|---:|---:|---:|---|")
    for what, task, asked in (
        ("planes from stored codes", "build", "≤ 2"),
        ("all rules", "rules", ""),
        ("both", "both", ""),
    ):
        in_c = f"{task} in C"
        seconds = f"{duration(found[task])} | {duration(found[in_c])}"
        say(f"| {what} | {seconds} | {times(found.ratio(task, in_c))} | {asked} |")


def newest_edition() -> Rulebook:
    return load_folder(EDITION)[1]


def timed_edition() -> Timings:
    """All rules, a few of them, and the statuses of all measures."""
    rulebook = newest_edition()
    columns = workload.portfolio(rulebook.questionnaire, MANY)
    portfolio = Portfolio(rulebook.questionnaire, codes_of(rulebook.questionnaire, columns))
    return timed(
        {
            "rules": lambda: run_rules(portfolio, rulebook),
            "edited": lambda: run_edited(portfolio, rulebook),
            "kleene": lambda: run_statuses(portfolio, rulebook, exact=False),
            "exact": lambda: run_statuses(portfolio, rulebook, exact=True),
        },
        ROUNDS_PER_PROCESS,
    )


def real_edition(found: Timings) -> None:
    rulebook = newest_edition()
    size = (
        f"{len(rulebook.rules)} rules, {len(rulebook.measures)} measures, "
        f"{len(rulebook.gates)} gates, {len(rulebook.deferrals)} deferrals"
    )
    table(f"The newest edition ({size}) over {MANY:,}")
    row("all rules", found["rules"], "1")
    edited_row(found, "rules")
    row("all statuses with their gates and deferrals, Kleene", found["kleene"], "1")
    row(
        "all statuses with their gates and deferrals, exact",
        found["exact"],
        f"{times(found.ratio('exact', 'kleene'))} × Kleene",
        "≤ 4.5 ×",
    )


def decide(
    rulebook: Rulebook, answers: Answers
) -> dict[str, tuple[frozenset[int], frozenset[str]]]:
    """The exact possible outcomes of each measure, and the questions that matter."""
    diagrams = Diagrams(rulebook.questionnaire, answers)
    found = {}
    for code in rulebook.measures:
        diagram = diagrams.measure(rulebook, code)
        found[code] = diagrams.outcomes(diagram), diagrams.support(diagram)
    return found


class OneByOne:
    """Some assessments, and the peers that decide them one by one."""

    def __init__(self) -> None:
        self.rulebook = workload.rulebook()
        questionnaire = self.rulebook.questionnaire
        columns = workload.portfolio(questionnaire, 20)
        self.rows = [workload.answers_at(questionnaire, columns, index) for index in range(20)]
        self.few = self.rows[:4]
        self.minisat, self.z3 = peers.SatPeer(self.rulebook), peers.Z3Peer(self.rulebook)


def timed_one_by_one() -> Timings:
    made = OneByOne()
    return timed(
        {
            "ours": lambda: [decide(made.rulebook, answers) for answers in made.rows],
            "minisat": lambda: [made.minisat.decide(answers) for answers in made.rows],
            "few": lambda: [decide(made.rulebook, answers) for answers in made.few],
            "z3": lambda: [made.z3.decide(answers) for answers in made.few],
        },
        rounds=5,
    )


def one_assessment(found: Timings) -> None:
    made = OneByOne()
    for answers in made.rows[:5]:
        ours = {
            code: (frozenset(SETTLED[outcome] for outcome in outcomes), matters)
            for code, (outcomes, matters) in decide(made.rulebook, answers).items()
        }
        if not ours == made.minisat.decide(answers) == made.z3.decide(answers):
            sys.exit("the diagrams, minisat and z3 disagree")
    say(
        "\nAgreement: diagrams, minisat22 and z3 say the same of 5 assessments, outcomes and "
        "questions that matter."
    )
    table("One assessment, exact, with the questions that matter")
    row("diagrams", found["ours"] / len(made.rows), "1")
    for what, task, against, number, asked in (
        ("minisat22 through python-sat", "minisat", "ours", len(made.rows), "≥ 3 ×"),
        (f"z3 (of {len(made.few)})", "z3", "few", len(made.few), "≥ 10 ×"),
    ):
        row(what, found[task] / number, f"{times(found.ratio(task, against))} ×", asked)


def without_plan(rulebook: Rulebook) -> Rulebook:
    """The rulebook with no question that describes a problem, so that it makes no plan."""
    questions = tuple(replace(item, problem=None) for item in rulebook.questionnaire.questions)
    return replace(rulebook, questionnaire=replace(rulebook.questionnaire, questions=questions))


def timed_advice() -> Timings:
    """For each of some assessments the whole advice, the same without a plan, and its rules alone:
    tasks `with plan 0`, `advice 0`, `rules 0` and so on.
    """
    rulebook = newest_edition()
    bare = without_plan(rulebook)
    columns = workload.portfolio(rulebook.questionnaire, ADVISED)
    advised = partial(advise, countries=["MLI"], as_of=date(2020, 1, 1))
    tasks: dict[str, Callable[[], Any]] = {}
    for index in range(ADVISED):
        answers = workload.answers_at(rulebook.questionnaire, columns, index)
        tasks[f"advice {index}"] = partial(advised, bare, answers)
        tasks[f"with plan {index}"] = partial(advised, rulebook, answers)
        tasks[f"rules {index}"] = partial(judge_rules, rulebook, answers)
    return timed(tasks, rounds=3, warm=True)


def judge_rules(rulebook: Rulebook, answers: Answers) -> None:
    facts = Facts(rulebook.questionnaire, answers)
    for rule in rulebook.rules:
        facts.judge(rule.when)


def whole_advice(found: Timings) -> None:
    advised = [found[f"advice {index}"] for index in range(ADVISED)]
    planned = [
        found.difference(f"with plan {index}", f"advice {index}") for index in range(ADVISED)
    ]
    alone = statistics.median(found[f"rules {index}"] for index in range(ADVISED))
    of_them = f"({ADVISED} of them, 15 % unknown)"
    table(f"The newest edition, one assessment with its whole advice {of_them}")
    row("Kleene evaluation of the rules alone, median", alone, "1")
    for title, percent, asked in (("median", 50, "≤ 7 ×"), ("95th percentile", 95, "")):
        advice = percentile(advised, percent)
        row(f"whole advice, {title}", advice, f"{times(advice / alone)} ×", asked)
    for title, percent in (("median", 50), ("95th percentile", 95)):
        plan = percentile(planned, percent)
        ratio = plan / percentile(advised, percent)
        what = f"the plan on top of it (order, first five, leads), {title}"
        row(what, plan, f"{times(ratio)} × the advice", "≤ 0.5 ×")


def percentile(seconds: list[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100)[percent - 1]


def growth() -> None:
    say(
        "\n### Growth: one assessment, exact, with the questions that matter (43 measures, 10 "
        "assessments each)\n"
    )
    say(
        "| rules | unknown | median | worst | measures past the budget "
        "|\n|---:|---:|---:|---:|---:|"
    )
    for rules in (120, 300, 600, 1_200):
        rulebook = workload.rulebook(rules)
        for unknown in (0.15, 0.5, 0.9):
            columns = workload.portfolio(rulebook.questionnaire, 10, unknown)
            times, past = [], 0
            for index in range(10):
                answers = workload.answers_at(rulebook.questionnaire, columns, index)
                began = time.perf_counter()
                advice = advise(rulebook, answers, as_of=date(2020, 1, 1))
                times.append(time.perf_counter() - began)
                past += sum(not measure.exact for measure in advice.measures.values())
            say(
                f"| {rules:,} | {unknown:.0%} | {duration(statistics.median(times))} | "
                f"{duration(max(times))} "
                f"| {past} of {10 * len(rulebook.measures)} |"
            )


def main() -> None:
    say("# Benchmark of the rules module")
    python = sys.version.split()[0]
    say(
        f"\nPython {python}, numpy {np.__version__}; one core; the processor's time, medians of "
        "rounds in which all take turns."
    )
    command = compiler()
    measurements: dict[str, Callable[[], Timings]] = {
        "bulk": timed_bulk,
        "edition": timed_edition,
        "one by one": timed_one_by_one,
        "advice": timed_advice,
    }
    if command is not None:
        measurements["beside C"] = partial(timed_beside_c, workload.rulebook, command)
        measurements["edition beside C"] = partial(timed_beside_c, newest_edition, command)
    found = in_fresh_processes(measurements)
    bulk(found["bulk"])
    beside_c("The {number} rules", workload.rulebook(), command, found.get("beside C"))
    beside_c("The newest edition", newest_edition(), command, found.get("edition beside C"))
    real_edition(found["edition"])
    one_assessment(found["one by one"])
    whole_advice(found["advice"])
    growth()


if __name__ == "__main__":
    main()
