"""The isolation of a hand-in: what the running system can shut off, and shutting it off.

`layers` puts up all of it and tries it out: `namespaces` (no network, no other process, a file system of its own),
`landlock` (which files, no TCP), `system_calls` (no sockets, no new programs), `limits` (memory, files, computing).
`import_places` says which folders have to stay readable for Python's imports.

These are Linux's own means, called through the C library. No maintained package offers them to a process that forks,
and bubblewrap starts a new program, which would cost each hand-in the second that a fork server saves. The rules for
system calls come from libseccomp, through the package pyseccomp.
"""
