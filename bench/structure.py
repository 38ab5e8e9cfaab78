"""How the code is laid out, in figures: run on one folder or several, which become the columns of a
table.

    python bench/structure.py . [OTHER_FOLDER ...]

It reads the product's Python (`cases` and `rtop_assist`, without migrations) and its templates.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median, quantiles

PYTHON_WIDTH, TEMPLATE_WIDTH = 100, 120
# What a part of a page looks like where it is written out instead of taken from a tag.
TEMPLATE_PARTS = {
    "breadcrumbs": r'<ol class="crumbs"',
    "pager": r'<nav class="pages"',
    "times": r"<time\b",
    "table frames": r'<div class="table-frame"',
}
# An ordinary field of a measure: its name is wherever a field has to be named by hand.
PROBE = re.compile(r"\.boundary\b|['\"]boundary['\"]|\bboundary:")

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Module:
    path: Path
    text: str

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def product(folder: Path) -> list[Module]:
    """The product's Python modules, without migrations."""
    paths = [path for name in ("cases", "rtop_assist") for path in (folder / name).rglob("*.py")]
    return [
        Module(path.relative_to(folder), path.read_text(encoding="utf-8"))
        for path in sorted(paths)
        if "migrations" not in path.parts
    ]


def spread(values: Iterable[int]) -> str:
    """Median, the value that nine in ten do not exceed, and the greatest."""
    numbers = sorted(values)
    return f"{median(numbers):.0f} / {quantiles(numbers, n=10)[8]:.0f} / {numbers[-1]}"


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % ({part})" if whole else "–"


def names_defined_twice(modules: Iterable[Module]) -> tuple[int, int]:
    """How many classes and functions of modules have a name that another module defines too, and
    how many names there are.
    """
    places: dict[str, set[Path]] = defaultdict(set)
    for module in modules:
        for node in module.tree.body:
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                places[node.name].add(module.path)
    return sum(len(paths) > 1 for paths in places.values()), len(places)


def string_subscripts(module: Module) -> int:
    """How often a value is indexed by a string written out in the code."""
    return sum(
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
        for node in module.nodes
    )


def names(module: Module, name: str) -> int:
    return sum(isinstance(node, ast.Name) and node.id == name for node in module.nodes)


def is_let(node: ast.AST) -> bool:
    """Whether a comprehension binds a name by going through a list of one."""
    return isinstance(node, COMPREHENSIONS) and any(
        isinstance(part.iter, ast.List) and len(part.iter.elts) == 1 for part in node.generators
    )


def is_nested_choice(node: ast.AST) -> bool:
    return isinstance(node, ast.IfExp) and any(
        isinstance(part, ast.IfExp) for part in (node.body, node.orelse)
    )


def figures(folder: Path) -> Iterator[tuple[str, str]]:
    """Each figure of a folder by its name."""
    modules = product(folder)
    nodes = [node for module in modules for node in module.nodes]
    widths = [len(line) for module in modules for line in module.lines if line.strip()]
    wide = sum(width > PYTHON_WIDTH for width in widths)
    yield "Python files", str(len(modules))
    yield "Python lines", str(sum(len(module.lines) for module in modules))
    yield (
        "lines of a file, median / p90 / max",
        spread(len(module.lines) for module in modules if module.lines),
    )
    yield (
        "lines of a function, median / p90 / max",
        spread(
            (node.end_lineno or node.lineno) - node.lineno + 1
            for node in nodes
            if isinstance(node, FUNCTIONS)
        ),
    )
    yield "width of a line, median / p90 / max", spread(widths)
    yield f"lines over {PYTHON_WIDTH} characters", share(wide, len(widths))
    comprehensions = [node for node in nodes if isinstance(node, COMPREHENSIONS)]
    yield (
        "comprehensions with two or more `for`",
        str(sum(len(node.generators) > 1 for node in comprehensions)),
    )
    yield "`for x in [value]` in place of a variable", str(sum(map(is_let, nodes)))
    yield "nested conditional expressions", str(sum(map(is_nested_choice, nodes)))
    yield "names defined in more than one module", share(*names_defined_twice(modules))
    queries = [module for module in modules if "queries" in module.path.parts]
    yield "`Any` in queries", str(sum(names(module, "Any") for module in queries))
    yield "`Json` in queries", str(sum(names(module, "Json") for module in queries))
    yield "string subscripts in queries", str(sum(map(string_subscripts, queries)))
    views = [module for module in modules if "views" in module.path.parts]
    managers = (
        isinstance(node, ast.Attribute) and node.attr == "objects"
        for module in views
        for node in module.nodes
    )
    yield "`.objects` in views", str(sum(managers))
    yield (
        "modules that name one field of a measure",
        str(sum(bool(PROBE.search(module.text)) for module in modules)),
    )
    yield from _of_templates(folder)


def _of_templates(folder: Path) -> Iterator[tuple[str, str]]:
    texts = [path.read_text(encoding="utf-8") for path in (folder / "templates").rglob("*.html")]
    widths = [len(line) for text in texts for line in text.splitlines() if line.strip()]
    wide = sum(width > TEMPLATE_WIDTH for width in widths)
    yield "width of a template line, median / p90 / max", spread(widths)
    yield f"template lines over {TEMPLATE_WIDTH} characters", share(wide, len(widths))
    for part, pattern in TEMPLATE_PARTS.items():
        copies = sum(len(re.findall(pattern, text)) for text in texts)
        yield f"copies of {part} in templates", str(copies)


def main(folders: list[Path]) -> None:
    columns = [dict(figures(folder)) for folder in folders]
    print("| | " + " | ".join(folder.resolve().name for folder in folders) + " |")
    print("|---|" + "---|" * len(folders))
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(column[name] for column in columns) + " |")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]] or [Path()])
