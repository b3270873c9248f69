"""Queues: signals wake the pass, operations are carried on, letters are delivered, and what fails five times goes to
the quarantine."""

import azure.functions as func

from shared.runtime import app

blueprint = func.Blueprint()


@blueprint.function_name("work_signal")
@blueprint.queue_trigger(arg_name="message", queue_name="signals", connection="AzureWebJobsStorage")
async def work_signal(message: func.QueueMessage) -> None:
    """One signal: a pass over its cluster."""
    await app().work_signal(_text(message))


@blueprint.function_name("work_operation")
@blueprint.queue_trigger(arg_name="message", queue_name="operations", connection="AzureWebJobsStorage")
async def work_operation(message: func.QueueMessage) -> None:
    """One wake-up: one turn of an operation."""
    await app().work_operation(_text(message))


@blueprint.function_name("poisoned_signal")
@blueprint.queue_trigger(arg_name="message", queue_name="signals-poison", connection="AzureWebJobsStorage")
async def poisoned_signal(message: func.QueueMessage) -> None:
    """A signal whose pass failed five times."""
    await app().give_up("signals", _text(message))


@blueprint.function_name("poisoned_operation")
@blueprint.queue_trigger(arg_name="message", queue_name="operations-poison", connection="AzureWebJobsStorage")
async def poisoned_operation(message: func.QueueMessage) -> None:
    """A wake-up whose turn failed five times; the sweep goes on waking the operation."""
    await app().give_up("operations", _text(message))


@blueprint.function_name("deliver_letter")
@blueprint.queue_trigger(arg_name="message", queue_name="notifications", connection="AzureWebJobsStorage")
async def deliver_letter(message: func.QueueMessage) -> None:
    """One letter to whoever the policy names, or to the event topic."""
    await app().deliver_letter(_text(message))


@blueprint.function_name("poisoned_letter")
@blueprint.queue_trigger(
    arg_name="message", queue_name="notifications-poison", connection="AzureWebJobsStorage"
)
async def poisoned_letter(message: func.QueueMessage) -> None:
    """A letter that failed five times in a way that nobody foresaw."""
    await app().give_up("notifications", _text(message))


def _text(message: func.QueueMessage) -> str:
    return message.get_body().decode("utf-8", "replace")
