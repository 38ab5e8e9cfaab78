"""The rules module: questions, measures, actors and rules as values, and the advice that follows
from answers.

Pure Python. It imports nothing from Django and nothing from the rest of the project, so that an
expert, a test or another program can use it alone, and so that what it says depends on nothing but
the rulebook and the answers.
"""
