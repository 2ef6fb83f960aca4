"""Errors that users see."""


class CheckFailed(Exception):
    """The check cannot be done: the contract, an option, an input or the installation is wrong.

    The message is complete: it says what is wrong and what to do.
    """


class Died(Exception):
    """The program ended in the middle of its input. The message says how."""
