"""The wall around a hand-in: what the running system can shut, and shutting it.

Linux's own means, called through the C library: no kept package covers them for a process that forks, and bubblewrap
starts a new program, which would cost a hand-in the second that a warm process saves. libseccomp's rules come from the
package pyseccomp.
"""
