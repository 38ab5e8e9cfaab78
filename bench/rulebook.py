"""The rules module against peers, in one run on one core: `make bench`.

Every figure is a ratio within this run: medians of interleaved repeats, after agreement has
been checked.
"""

from __future__ import annotations

import math
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np

from bench import peers, workload
from bench.figures import REPEATS, duration, medians, say
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

MANY, FEW, SAMPLE, AGREED = 1_000_000, 10_000, 300, 2_000
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


def bulk() -> None:
    rulebook = workload.rulebook()
    questionnaire = rulebook.questionnaire
    columns = workload.portfolio(questionnaire, MANY)
    portfolio = Portfolio(questionnaire, codes_of(questionnaire, columns))
    few_columns = {code: column[:FEW] for code, column in columns.items()}
    few = Portfolio(questionnaire, codes_of(questionnaire, few_columns))
    polars = peers.PolarsPeer(rulebook, columns)
    polars_few = peers.PolarsPeer(rulebook, few_columns)
    agree(rulebook, columns, portfolio, polars)
    sample = [workload.answers_at(questionnaire, columns, index) for index in range(SAMPLE)]
    zen, cel = peers.ZenPeer(rulebook, sample), peers.CelPeer(rulebook, sample)
    python = peers.PythonPeer(rulebook, sample)
    agree_where_known(rulebook, sample, zen=zen.run(), cel=cel.run(), python=python.run())
    block = np.zeros(portfolio.nbytes // 8, np.uint64)
    sink = np.empty_like(block)
    edited = rulebook.rules[7].when
    found = medians(
        {
            "planes": lambda: run_rules(portfolio, rulebook),
            "few": lambda: run_rules(few, rulebook),
            "edited": lambda: portfolio.kleene(edited),
            "kleene": lambda: run_statuses(portfolio, rulebook, exact=False),
            "exact": lambda: run_statuses(portfolio, rulebook, exact=True),
            "polars": polars.run_lazily,
            "polars few": polars_few.run_lazily,
            "reference": lambda: [all_rules(rulebook, answers) for answers in sample],
            "zen": zen.run,
            "cel": cel.run,
            "python": python.run,
            "copy": lambda: np.copyto(sink, block),
        }
    )
    reference, zen_each, cel_each, python_each = (
        found[name] / SAMPLE for name in ("reference", "zen", "cel", "python")
    )
    each = found["planes"] / MANY
    table(f"All {len(rulebook.rules)} rules over {MANY:,} stored assessments")
    row("planes", found["planes"], "1")
    row(
        f"plain Python reference, an assessment (of {SAMPLE})",
        reference,
        f"{reference / each:,.0f} ×",
        "≥ 3,000 ×",
    )
    row(
        "polars, nullable Boolean columns, one thread",
        found["polars"],
        f"{found['polars'] / found['planes']:.1f} ×",
        "≥ 4 ×",
    )
    row(
        f"zen-engine, one compiled expression, an assessment (of {SAMPLE})",
        zen_each,
        f"{zen_each / each:,.0f} ×",
        "≥ 4,000 ×",
    )
    row(
        f"common-expression-language, one program, an assessment (of {SAMPLE})",
        cel_each,
        f"{cel_each / each:,.0f} ×",
        "≥ 4,000 ×",
    )
    row(
        f"the rules compiled to Python, an assessment (of {SAMPLE})",
        python_each,
        f"{python_each / each:,.0f} ×",
    )
    row("one edited rule", found["edited"], f"{found['edited'] / found['planes']:.3f}", "≤ 1/4")
    row("all measures, Kleene", found["kleene"], "1")
    row(
        "all measures, exact",
        found["exact"],
        f"{found['exact'] / found['kleene']:.2f} × Kleene",
        "≤ 4 ×",
    )
    # A copy reads and writes each byte; the planes have to be read once at least.
    once = found["copy"] / 2
    row(
        "reading the planes once, at the speed of memory",
        once,
        f"planes take {found['planes'] / once:.1f} ×",
    )
    say(
        f"\nMemory: planes {portfolio.nbytes / 1e6:.0f} MB; packed codes "
        f"{2 * len(questionnaire.questions)} bytes each."
    )
    say(f"On unknowns: polars has three values; zen-engine: {zen.on_unknown};")
    say(f"common-expression-language: {cel.on_unknown};")
    say(f"Python: {python.on_unknown}.")
    say(f"\n{FORMS}")
    table(f"The same over {FEW:,}")
    row("planes", found["few"], "1")
    row("polars", found["polars few"], f"{found['polars few'] / found['few']:.1f} ×")
    row(
        "plain Python reference, an assessment",
        reference,
        f"{reference / (found['few'] / FEW):,.0f} ×",
    )


def build(portfolio: Portfolio) -> Portfolio:
    """A portfolio with the planes of all its questions."""
    for question in portfolio.questionnaire.questions:
        portfolio.kleene(Atom(question.code, "in", question.option_codes[:1]))
    return portfolio


def least(tasks: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Seconds of the processor for each task: the least of repeats that take turns, which other
    programs disturb least.
    """
    times = dict.fromkeys(tasks, math.inf)
    for _ in range(REPEATS):
        for name, task in tasks.items():
            began = time.process_time()
            task()
            times[name] = min(times[name], time.process_time() - began)
    return times


def beside_c(name: str, rulebook: Rulebook) -> None:
    """The planes beside C, from codes as the database keeps them."""
    say(f"\n### {name} over {MANY:,} beside C\n")
    found = compiler()
    if found is None:
        say("No C compiler was found (cc or gcc), so nothing was compared.")
        return
    kernel = Kernel(rulebook, found)
    questionnaire = rulebook.questionnaire
    codes = np.ascontiguousarray(codes_of(questionnaire, workload.portfolio(questionnaire, MANY)).T)
    portfolio, planes = Portfolio(questionnaire, codes.T), kernel.build(codes)
    said = kernel.evaluate(planes, kept=True)
    for place, (code, *ours) in enumerate(portfolio.rules(rulebook)):
        if not np.array_equal(ours, said[2 * place : 2 * place + 2]):
            sys.exit(f"C disagrees with the planes on {code}")
    say(
        f"Agreement: C says what the planes say of {MANY:,} assessments and {len(rulebook.rules)} "
        "rules.\n"
    )
    times = least(
        {
            "planes": lambda: build(Portfolio(questionnaire, codes.T)),
            "planes in C": lambda: kernel.build(codes),
            "rules": lambda: run_rules(portfolio, rulebook),
            "rules in C": lambda: kernel.evaluate(planes, kept=False),
        }
    )
    say("| what | planes | C | ratio | asked |\n|---|---:|---:|---:|---|")
    for what, tasks, asked in (
        ("planes from stored codes", ["planes"], "≤ 2"),
        ("all rules", ["rules"], ""),
        ("both", ["planes", "rules"], ""),
    ):
        ours = sum(times[task] for task in tasks)
        its = sum(times[f"{task} in C"] for task in tasks)
        say(f"| {what} | {duration(ours)} | {duration(its)} | {ours / its:.2f} | {asked} |")


def real_edition() -> None:
    _, rulebook = load_folder(EDITION)
    questionnaire = rulebook.questionnaire
    columns = workload.portfolio(questionnaire, MANY)
    portfolio = Portfolio(questionnaire, codes_of(questionnaire, columns))
    found = medians(
        {
            "rules": lambda: run_rules(portfolio, rulebook),
            "edited": lambda: portfolio.kleene(rulebook.rules[7].when),
            "kleene": lambda: run_statuses(portfolio, rulebook, exact=False),
            "exact": lambda: run_statuses(portfolio, rulebook, exact=True),
        },
        repeats=5,
    )
    size = (
        f"{len(rulebook.rules)} rules, {len(rulebook.measures)} measures, "
        f"{len(rulebook.gates)} gates, {len(rulebook.deferrals)} deferrals"
    )
    table(f"The newest edition ({size}) over {MANY:,}")
    row("all rules", found["rules"], "1")
    row("one edited rule", found["edited"], f"{found['edited'] / found['rules']:.3f}")
    row("all statuses with their gates and deferrals, Kleene", found["kleene"], "1")
    row(
        "all statuses with their gates and deferrals, exact",
        found["exact"],
        f"{found['exact'] / found['kleene']:.2f} × Kleene",
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


def one_assessment() -> None:
    rulebook = workload.rulebook()
    questionnaire = rulebook.questionnaire
    columns = workload.portfolio(questionnaire, 20)
    rows = [workload.answers_at(questionnaire, columns, index) for index in range(20)]
    minisat, z3 = peers.SatPeer(rulebook), peers.Z3Peer(rulebook)
    for answers in rows[:5]:
        ours = {
            code: (frozenset(SETTLED[outcome] for outcome in outcomes), matters)
            for code, (outcomes, matters) in decide(rulebook, answers).items()
        }
        if not ours == minisat.decide(answers) == z3.decide(answers):
            sys.exit("the diagrams, minisat and z3 disagree")
    say(
        "\nAgreement: diagrams, minisat22 and z3 say the same of 5 assessments, outcomes and "
        "questions that matter."
    )
    found = medians(
        {
            "ours": lambda: [decide(rulebook, answers) for answers in rows],
            "minisat": lambda: [minisat.decide(answers) for answers in rows],
            "z3": lambda: [z3.decide(answers) for answers in rows[:4]],
        },
        repeats=5,
    )
    ours, sat, smt = found["ours"] / 20, found["minisat"] / 20, found["z3"] / 4
    table("One assessment, exact, with the questions that matter")
    row("diagrams", ours, "1")
    row("minisat22 through python-sat", sat, f"{sat / ours:.1f} ×", "≥ 3 ×")
    row("z3", smt, f"{smt / ours:.1f} ×", "≥ 10 ×")


def without_plan(rulebook: Rulebook) -> Rulebook:
    """The rulebook with no question that describes a problem, so that it makes no plan."""
    questions = tuple(replace(item, problem=None) for item in rulebook.questionnaire.questions)
    return replace(rulebook, questionnaire=replace(rulebook.questionnaire, questions=questions))


def whole_advice() -> None:
    _, rulebook = load_folder(EDITION)
    bare = without_plan(rulebook)
    planned = []
    columns = workload.portfolio(rulebook.questionnaire, 200)
    advised, judged = [], []
    for index in range(200):
        answers = workload.answers_at(rulebook.questionnaire, columns, index)
        began = time.perf_counter()
        advise(bare, answers, countries=["MLI"], as_of=date(2020, 1, 1))
        advised.append(time.perf_counter() - began)
        began = time.perf_counter()
        advise(rulebook, answers, countries=["MLI"], as_of=date(2020, 1, 1))
        planned.append(time.perf_counter() - began - advised[-1])
        began = time.perf_counter()
        facts = Facts(rulebook.questionnaire, answers)
        for rule in rulebook.rules:
            facts.judge(rule.when)
        judged.append(time.perf_counter() - began)
    table("The newest edition, one assessment with its whole advice (200 of them, 15 % unknown)")
    alone = statistics.median(judged)
    row("Kleene evaluation of the rules alone, median", alone, "1")
    row(
        "whole advice, median",
        statistics.median(advised),
        f"{statistics.median(advised) / alone:.1f} ×",
        "≤ 7 ×",
    )
    p95 = statistics.quantiles(advised, n=20)[-1]
    row("whole advice, 95th percentile", p95, f"{p95 / alone:.1f} ×")
    for title, of_both in (("median", 10), ("95th percentile", 19)):
        plan, advice = (
            statistics.quantiles(times, n=20)[of_both - 1] for times in (planned, advised)
        )
        row(
            f"the plan on top of it (order, first five, leads), {title}",
            plan,
            f"{plan / advice:.2f} × the advice",
            "≤ 0.5 ×",
        )


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
        f"{REPEATS} interleaved repeats."
    )
    bulk()
    beside_c(f"The {len(workload.rulebook().rules)} rules", workload.rulebook())
    beside_c("The newest edition", load_folder(EDITION)[1])
    real_edition()
    one_assessment()
    whole_advice()
    growth()


if __name__ == "__main__":
    main()
