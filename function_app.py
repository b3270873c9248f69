"""Registers the doors; nothing else. The story begins in `shared/the_pass.py`."""

import azure.functions as func

from functions import alerts, api, console, firehose, timers, vm_events, workers

app = func.FunctionApp()
app.register_functions(vm_events.blueprint)
app.register_functions(alerts.blueprint)
app.register_functions(api.blueprint)
app.register_functions(console.blueprint)
app.register_functions(firehose.blueprint)
app.register_functions(workers.blueprint)
app.register_functions(timers.blueprint)
