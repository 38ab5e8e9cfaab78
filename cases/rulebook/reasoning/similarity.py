"""How similar two situations are, by a simple measure over the answers known in both. For each
question that both answer, the same choice scores 1 and a different one 0; on a scale, each level of
difference takes off a quarter; a multiple choice scores the options that both chose as a share of
those that either chose. The similarity is the mean over these questions. It says that situations
were described alike, not that they were alike in what mattered.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cases.rulebook.entries.questions import Question, Questionnaire
from cases.rulebook.reasoning.answer_codes import UNKNOWN, Codes

# With fewer questions that both answer, a similarity would rest on too little to be shown.
ENOUGH = 15


def likeness(
    questionnaire: Questionnaire, own: Codes, others: Codes
) -> tuple[npt.NDArray[np.float64], Codes]:
    """The likeness (0 to 1) of each of the others, and the number of questions that it rests on.

    `own` has a code for each question (shape: questions), `others` a column for each situation
    (questions × n).
    """
    total = np.zeros(others.shape[1])
    shared = np.zeros(others.shape[1], np.uint16)
    for question, mine, theirs in zip(questionnaire.questions, own, others, strict=True):
        if mine != UNKNOWN:
            known = theirs != UNKNOWN
            total += np.where(known, _likeness(question, int(mine), theirs), 0.0)
            shared += known
    return np.divide(total, shared, out=np.zeros_like(total), where=shared > 0), shared


def _likeness(question: Question, mine: int, theirs: Codes) -> npt.NDArray[np.float64]:
    if question.kind == "scale":
        apart: npt.NDArray[np.float64] = np.abs(theirs.astype(np.float64) - mine)
        return 1.0 - apart / 4.0
    if question.kind == "multiple":
        chosen, other = np.uint16(mine - 1), np.maximum(theirs, 1) - np.uint16(1)
        either = np.bitwise_count(chosen | other).astype(np.float64)
        both = np.bitwise_count(chosen & other)
        shares: npt.NDArray[np.float64] = np.divide(
            both, either, out=np.ones_like(either), where=either > 0
        )
        return shares
    same: npt.NDArray[np.float64] = (theirs == mine).astype(np.float64)
    return same
