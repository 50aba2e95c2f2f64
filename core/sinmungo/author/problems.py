"""What can go wrong for an author before anything is looked at; one line with what to do."""

from sinmungo.deploy.problems import DeployProblemError


class AuthorProblemError(DeployProblemError):
    """A folder, slug or title that cannot be used."""
