"""Change the code in one small place at a time and count how many changes the tests notice.

mutmut makes the changed code (mutants) and runs on each of them the tests that reach the changed
function. There are too many to run them all: a seed draws some, the same ones each time. A larger
sample of the same seed includes the smaller one, and nothing is run twice.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from mutmut.__main__ import _run, create_mutants
from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import (
    copy_also_copy_files,
    copy_src_dir,
    setup_source_paths,
    walk_mutatable_files,
)

# Which tests reach which function, as mutmut writes it.
STATISTICS = Path("mutants/mutmut-stats.json")
# Two-sided 95 %.
NORMAL_QUANTILE = 1.96


@dataclass(frozen=True)
class Area:
    """Files that are changed, as patterns, and the tests that have to notice."""

    files: list[str]
    tests: list[str]


AREAS = {
    "advice": Area(
        [f"cases/rulebook/reasoning/{name}.py" for name in ("advice", "adviser", "statuses")],
        [f"tests/rulebook/test_{name}.py" for name in ("advice", "logic", "plan_parts")],
    ),
    "reasoning": Area(["cases/rulebook/reasoning/*"], ["tests/rulebook"]),
    "rulebook": Area(["cases/rulebook/*"], ["tests/rulebook"]),
    "permissions": Area(
        ["cases/permissions.py"], ["tests/test_permissions.py", "tests/test_who_sees_a_case.py"]
    ),
    "workflows": Area(
        ["cases/workflows/*"],
        [
            f"tests/{name}"
            for name in (
                "assessing",
                "casework",
                "editions",
                "editor",
                "followup",
                "notifications",
                "people",
                "record",
                "review",
            )
        ],
    ),
}
WHOLE = ("rulebook", "permissions", "workflows")


def make_mutants(files: list[str]) -> None:
    """Write the changed code into `mutants/`."""
    config().only_mutate = files
    copy_src_dir()
    copy_also_copy_files()
    setup_source_paths()
    create_mutants(max_children=1)


def exit_codes(files: list[str]) -> dict[str, int | None]:
    """What the tests of each mutant of these files ended with; None where they were not run."""
    config().only_mutate = files
    found: dict[str, int | None] = {}
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        found |= data.exit_code_by_key
    return found


def draw(names: Collection[str], size: int, seed: int) -> list[str]:
    """A random sample of the names. The same seed gives the same sample."""
    shuffled = sorted(names)
    random.Random(seed).shuffle(shuffled)
    return shuffled[:size]


def run(names: list[str], area: str, tests: list[str]) -> None:
    """Run these mutants of an area.

    mutmut forgets all results when its statistics are those of another selection of tests, so each
    area has a file of its own.
    """
    STATISTICS.unlink(missing_ok=True)
    STATISTICS.symlink_to(f"statistics-{area}.json")
    config().pytest_add_cli_args_test_selection = tests
    _run(names, max_children=1)


def confidence(found: int, of: int) -> tuple[float, float]:
    """The 95 % confidence interval (Wilson) of the share of all mutants that the tests find."""
    share, square = found / of, NORMAL_QUANTILE**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = math.sqrt(share * (1 - share) / of + square / (4 * of**2)) / (1 + square / of)
    return middle - half * NORMAL_QUANTILE, middle + half * NORMAL_QUANTILE


def report(title: str, of: int, codes: dict[str, int | None]) -> None:
    """Print how many were found, and the names of the rest, as `mutmut show` takes them."""
    number = Counter(status_by_exit_code[code] for code in codes.values())
    found, drawn = number.pop("killed", 0), len(codes)
    low, high = confidence(found, drawn)
    print(f"\n{title}: {of} mutants, {drawn} drawn, {found} found ({found / drawn:.0%};", end=" ")
    print(f"95 % confidence {low:.0%} to {high:.0%})", *(f"{number[key]} {key}" for key in number))
    for name, code in sorted(codes.items()):
        if status_by_exit_code[code] != "killed":
            print(f"  {status_by_exit_code[code]}: {name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("area", choices=[*AREAS, "whole"])
    parser.add_argument("--sample", type=int, default=sys.maxsize, help="how many; else all")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    areas = {name: AREAS[name] for name in (WHOLE if given.area == "whole" else (given.area,))}
    files = [file for area in areas.values() for file in area.files]
    make_mutants(files)
    every = exit_codes(files)
    drawn = draw(every, given.sample, given.seed)
    for area_name, area in areas.items():
        known = exit_codes(area.files)
        todo = [name for name in drawn if name in known and known[name] is None]
        config().only_mutate = files
        if todo:
            # A process of its own: the tests of the next area begin with nothing imported.
            process = get_context("fork").Process(target=run, args=(todo, area_name, area.tests))
            process.start()
            process.join()
            if process.exitcode:
                sys.exit(process.exitcode)
    codes = exit_codes(files)
    report(given.area, len(every), {name: codes[name] for name in drawn})


if __name__ == "__main__":
    main()
