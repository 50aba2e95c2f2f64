"""What can go wrong when a deployment is brought up; each is one line with what to do."""


class DeployProblemError(Exception):
    """Base of the foreseeable problems."""


class FolderProblemError(DeployProblemError):
    """The data folder cannot be used."""


class DatabaseProblemError(DeployProblemError):
    """The database cannot be used."""


class ServerProblemError(DeployProblemError):
    """A database server besides main cannot be added."""


class CityFileProblemError(DeployProblemError):
    """A city's file is wrong: which file, which line or key, and how."""


class KeyProblemError(DeployProblemError):
    """A deployment key is missing, damaged, or not the one that wrapped the city's key."""
