"""The one error that the command line shows as a line; apart, because it is imported always."""


class CliProblemError(Exception):
    """One line with the reason and what to do."""
