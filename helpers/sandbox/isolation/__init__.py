"""The isolation of a hand-in: what the running system can shut off, and shutting it off.

These are Linux's own means, called through the C library. No maintained package offers them to a process that forks,
and bubblewrap starts a new program, which would cost each hand-in the second that a fork server saves. The rules for
system calls come from libseccomp, through the package pyseccomp.
"""
