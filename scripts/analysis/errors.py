"""The one kind of error that a user sees, and the exit codes of every command here."""

EXIT_SAME: int = 0
EXIT_DIFFERENT: int = 1
EXIT_UNUSABLE: int = 2


class AnalysisError(Exception):
    """The data cannot be used: one line that names the thing, the reason and the remedy. Exit code 2."""
