"""Timers: the sweep, so that nothing depends on an event or a message having arrived."""

import azure.functions as func

from shared.runtime import app

blueprint = func.Blueprint()


@blueprint.function_name("sweep")
@blueprint.timer_trigger(
    arg_name="timer", schedule="%POOLKEEPER_SWEEP%", run_on_startup=False, use_monitor=False
)
async def sweep(timer: func.TimerRequest) -> None:
    """Look at every cluster, wake whatever overslept. Each minute in production."""
    await app().sweep()
