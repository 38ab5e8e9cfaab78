"""Which ratios of a run of the bench differ from those of another: `make bench` ends with it.

`python -m bench.compare bench/results.md var/bench.md` fails if a ratio differs by more than 5 %,
or is in only one of the files.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ALLOWED = 0.05
# The columns of the tables that hold ratios.
RATIOS = ("ratio", "of the page")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def ratios(text: str) -> Iterator[tuple[str, float]]:
    """The ratios of all tables of a run, each with the words that say where it is."""
    title, columns = "", []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("### "):
            title, columns = line.removeprefix("### "), []
        elif line.startswith("On "):
            # Tables of two databases have one title.
            title = f"{title} {line.split(';')[0]}"
        elif line.startswith("|") and not columns:
            columns = cells
        elif line.startswith("|"):
            for number, (column, cell) in enumerate(zip(columns, cells, strict=True)):
                found = NUMBER.search(cell)
                if column in RATIOS and found:
                    ratio = float(found[0].replace(",", ""))
                    yield f"{title}: {cells[0]}, column {number + 1}", ratio


def main() -> None:
    before, now = (dict(ratios(Path(path).read_text())) for path in sys.argv[1:3])
    same = [name for name in before if name in now]
    off = [name for name in same if abs(now[name] / before[name] - 1) > ALLOWED]
    print(
        f"\n{len(same) - len(off)} of {len(same)} ratios are within {ALLOWED:.0%} of {sys.argv[1]}."
    )
    for name in off:
        print(f"{now[name] / before[name] - 1:+.1%}  {before[name]} -> {now[name]}  {name}")
    alone = sorted({*before} ^ {*now})
    for name in alone:
        print(f"Only in one of the runs: {name}")
    sys.exit(1 if off or alone else 0)


if __name__ == "__main__":
    main()
