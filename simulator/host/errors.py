"""What can be wrong with an app, a setting or a port, told so that the reader knows what to do next.

Every error that the local host raises on its own account is a ``HostError``; the command line prints its text
without a traceback. Errors of the functions themselves are not exceptions here: they are outcomes of invocations.
"""


class HostError(Exception):
    """The host cannot start, or cannot go on."""


class AppRejected(HostError):
    """The worker library refuses to index the app; carries the worker's own words and its traceback."""

    def __init__(self, message: str, stack_trace: str) -> None:
        super().__init__(
            f"The worker refuses this app, so none of its functions were loaded: {message} "
            "Azure would refuse it in the same way; correct the function that is named and start again."
        )
        self.message = message
        self.stack_trace = stack_trace


class OneAppPerProcess(HostError):
    """A second app was to be loaded; the worker library keeps its functions in module globals."""


class SettingsError(HostError):
    """host.json, local.settings.json, a key file or a binding says something that cannot be used."""


class BackgroundStopped(HostError):
    """A listener ended although nobody asked it to; its error is the ``__cause__``."""
