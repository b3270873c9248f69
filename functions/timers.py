"""Timers: the beat, so that nothing depends on an event or a message having arrived, and DC/OS's own health. What comes
again and again and is short goes in one beat, because each function that is woken costs at least a second."""

import azure.functions as func

from shared.runtime import app

blueprint = func.Blueprint()


@blueprint.function_name("beat")
@blueprint.timer_trigger(
    arg_name="timer", schedule="%POOLKEEPER_BEAT%", run_on_startup=False, use_monitor=False
)
async def beat(timer: func.TimerRequest) -> None:
    """Whatever is due of glances, sweeps, news, metrics, silence and housekeeping. Each 20 seconds in production."""
    await app().beat()


@blueprint.function_name("check_health")
@blueprint.timer_trigger(arg_name="timer", schedule="30 */5 * * * *", run_on_startup=False, use_monitor=False)
async def check_health(timer: func.TimerRequest) -> None:
    """What DC/OS says of its own health, each fifth minute, between two sweeps: it is slow to ask and to answer."""
    await app().check_health()
