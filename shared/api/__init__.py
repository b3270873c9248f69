"""The HTTP API: everything about HTTP that is no use case. What people may see and say is `shared/desk`.

api        one request from its path to its answer; begin here
routes     the table of all routes: method, path, role, what goes in, what comes out
who        who calls, and in which role
called     the request as a route sees it: names, filters, body, etag
once       an action with an Idempotency-Key is carried out once
problem    every error as a problem document
etags      etags of answers, and of what is spoken about
turned_away  callers that are not let in, in the audit
openapi    the description of it all, made from the table
"""
