"""An assessment's answers as a short code, which is packed when an answer is saved.

Bit planes and the comparison of situations read these codes, so that many assessments are evaluated
without reading the rows of their answers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cases.rulebook.entries.questions import Answers, Question, Questionnaire, Value

# The codes of many assessments: a row for each question, a column for each assessment.
Codes = npt.NDArray[np.uint16]

# Two bytes a question: 0 for unknown, else one more than the option's place, or than the chosen
# options' bits.
UNKNOWN = 0
CODE_TYPE = np.dtype("<u2")


def pack(questionnaire: Questionnaire, answers: Answers) -> bytes:
    """One assessment's answers as a code of two bytes a question, in the order of the
    questionnaire.
    """
    return np.array(
        [_code(question, answers) for question in questionnaire.questions], CODE_TYPE
    ).tobytes()


def unpack(questionnaire: Questionnaire, packed: bytes | memoryview) -> dict[str, Value]:
    """The known answers in a code that `pack` made: its inverse, except that *unknown* is not
    recovered.
    """
    codes = np.frombuffer(packed, CODE_TYPE).tolist()
    return {
        question.code: _value(question, code)
        for question, code in zip(questionnaire.questions, codes, strict=bool(codes))
        if code != UNKNOWN
    }


def _value(question: Question, code: int) -> Value:
    if question.kind == "multiple":
        return frozenset(
            str(option)
            for index, option in enumerate(question.option_codes)
            if (code - 1) >> index & 1
        )
    return question.option_codes[code - 1]


def _code(question: Question, answers: Answers) -> int:
    value = answers.get(question.code)
    if value is None:
        return UNKNOWN
    if isinstance(value, frozenset):
        return 1 + sum(
            1 << index for index, code in enumerate(question.option_codes) if code in value
        )
    return 1 + question.option_codes.index(value)
