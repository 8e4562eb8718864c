"""Version control for database schemas."""

from importlib.metadata import version

__version__ = version("dbstrata")
