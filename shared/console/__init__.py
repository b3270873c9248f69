"""The console: static files, made by Vite out of `console/`, that ask the API beside them. No state of its own.

files   what was built, read once: each with its type, its etag, and packed
serve   a path and what the browser has already -> an answer, with the policy of what its page may do
"""
