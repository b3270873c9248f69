"""Timers: the sweep, so that nothing depends on an event or a message having arrived, glances between two of them,
DC/OS's own health, and news."""

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


@blueprint.function_name("glance")
@blueprint.timer_trigger(
    arg_name="timer", schedule="%POOLKEEPER_GLANCE%", run_on_startup=False, use_monitor=False
)
async def glance(timer: func.TimerRequest) -> None:
    """Look at clusters whose number of agents has changed. Each 15 seconds in production."""
    await app().glance()


@blueprint.function_name("check_health")
@blueprint.timer_trigger(arg_name="timer", schedule="30 */5 * * * *", run_on_startup=False, use_monitor=False)
async def check_health(timer: func.TimerRequest) -> None:
    """What DC/OS says of its own health, each fifth minute, between two sweeps: it is slow to ask and to answer."""
    await app().check_health()


@blueprint.function_name("housekeep")
@blueprint.timer_trigger(
    arg_name="timer", schedule="45 */10 * * * *", run_on_startup=False, use_monitor=False
)
async def housekeep(timer: func.TimerRequest) -> None:
    """Take away what was kept for long enough: bodies, old evidence. A body is kept for hours, so ten minutes do."""
    await app().housekeep()


@blueprint.function_name("tell_news")
@blueprint.timer_trigger(arg_name="timer", schedule="*/15 * * * * *", run_on_startup=False, use_monitor=False)
async def tell_news(timer: func.TimerRequest) -> None:
    """Tell whoever is to be told what is new in the audit. On its own, so that it is never in the way."""
    await app().tell_news()
