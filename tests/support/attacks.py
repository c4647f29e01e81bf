# ruff: noqa: E501  (hand-ins may have long lines)
"""Hand-ins that attack the grader: marks that are not deserved, harm to the computer, to others, or to the grading.

ATTACKS: by name, the sources of a notebook's cells, over the exercises of lesson 01, none of which they answer rightly.
`@PLACE@` in them is a folder of the instructor's with `secret`, `log` (a socket) and `port` (where a server listens).
What a hand-in reaches that it must not, it notes with `harm`, and its answers print it.

As a program: `python attacks.py FOLDER PORT [NAME ...]` grades them all, or those of these names, and prints what came
of each as JSON.
"""

import dataclasses
import json
import os
import sys
import time
from pathlib import Path

HELP = '''
import ctypes, gc, json, os, signal, socket, sys, threading, time, _thread
HARM, libc = [], ctypes.CDLL(None, use_errno=True)
def really_wait(seconds=1000):  # time as Python knows it stands still
    libc.poll(None, 0, int(seconds * 1000))
def harm(name, attempt):
    try:
        done = attempt()
    except BaseException:
        return
    if done is not False:
        HARM.append(f"HARM {name}: {done!r}"[:200])
def raw(data):
    data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    while data:
        data = data[os.write(3, data):]
def say(message):
    raw(json.dumps(message) + "\\n")
def inner(name):
    """Return the object of this class of the grader's own code in this process."""
    frames = list(sys._current_frames().values())
    while frames:
        frame = frames.pop()
        while frame:
            for value in frame.f_locals.values():
                if type(value).__name__ == name:
                    return value
            frame = frame.f_back
def told(*_, **__):
    print("\\n".join(HARM))
clients_for = session_for = hand_over = take_one = join_late = told
'''
LATE = "clients_for = session_for = hand_over = take_one = join_late = {}"  # all answers are this one
STUBS = "def clients_for(region):\n    return ..."
CLIENT = '{"$": "client", "number": 0}'
PAIR = f'{{"sqs": {CLIENT}, "sns": {CLIENT}}}'
EVERYTHING_SAID = (
    '{"value": None}, {"value": True}, {"value": ' + PAIR + '}, {"value": {"$": "session", "number": 0}},'
    '{"left": 0}, {"failed": [], "found": {n: 1 for n in ("clients_for", "session_for", "hand_over", "take_one")}}'
)

MARKS = {
    # a verdict, in every form that there is, to whatever is open
    "forged verdicts": [
        HELP,
        """
outcome = json.dumps({"exercise": "01.1", "answer": "clients_for", "title": "", "status": "correct"})
for fd in range(256):
    for text in (outcome, '{"outcomes": [' + outcome + '], "remarks": []}', '{"reply": {"value": true}}', "correct"):
        try: os.write(fd, text.encode() + b"\\n")
        except OSError: pass
""",
    ],
    # replies that lie there before the command comes, for every command that there will be
    "replies in advance": [HELP, f"for _ in range(50):\n    for reply in ({EVERYTHING_SAID}): say({{'reply': reply}})"],
    # the same, from within each answer, so that they meet its `end` and the next `begin`
    "replies for the next answer": [
        HELP,
        f"def answer(**_):\n    for _ in range(5):\n        for r in ({EVERYTHING_SAID}): say({{'reply': r}})",
        LATE.format("answer"),
    ],
    # a thread that goes on answering all requests
    "a thread that replies": [
        HELP,
        f"""
def forever():
    while True:
        for reply in ({EVERYTHING_SAID}):
            say({{"reply": reply}})
            really_wait(0.01)
_thread.start_new_thread(forever, ())
""",
        STUBS,
    ],
    # up the frames into the process's own objects, which then answer for every exercise
    "frames": [
        HELP,
        f"""
work, other = inner("_Work"), inner("SandboxClient")
work._host = type("Side", (), {{"handle": lambda self, command: {{"value": {PAIR}}}}})()
work._begin = lambda command: {{"value": None}}
work._end = lambda: {{"left": 0}}
other.ask = lambda message: {{"response": [200, {{}}, ""], "time": 0}}
""",
        STUBS,
    ],
    # the socket itself, found among all objects: a pickle for the one who reads it
    "sockets among all objects": [
        HELP,
        """
import pickle
class Evil:
    def __reduce__(self): return os.system, ("touch @PLACE@/pickled",)
for found in gc.get_objects():
    if isinstance(found, socket.socket):
        found.sendall(pickle.dumps(Evil()) + b"\\n")
""",
    ],
    # libraries that say what the answer wants
    "patched libraries": [
        HELP,
        """
import boto3, botocore.session, botocore.client, botocore.httpsession
class Yes:
    def __getattr__(self, name): return lambda *a, **k: Yes()
    def __getitem__(self, name): return Yes()
    def __eq__(self, other): return True
boto3.client = boto3.resource = boto3.Session = lambda *a, **k: Yes()
botocore.client.BaseClient._make_api_call = lambda *a, **k: {}
botocore.httpsession.URLLib3Session.send = lambda *a, **k: Yes()
json.dumps = lambda *a, **k: '{"value": true}'
json.loads = lambda *a, **k: {"value": True}
time.sleep = time.time = time.monotonic = lambda *a: 0
signal.setitimer = signal.signal = threading.Thread.start = lambda *a, **k: None
sys.getrecursionlimit = lambda: 10**9
""",
        "def answer(**_):\n    return boto3.client('sqs')",
        LATE.format("answer"),
    ],
    # values that are equal to everything
    "values with methods": [
        HELP,
        """
import boto3
class All(dict):
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __hash__ = lambda self: 0
    __class__ = property(lambda self: boto3.Session)
    __getattr__ = lambda self, name: "client"
    items = keys = values = lambda self: [("sqs", boto3.client("sqs")), ("sns", boto3.client("sns"))]
class Text(str):
    __eq__ = lambda self, other: True
    __hash__ = lambda self: 0
class Whole(int):
    bit_length = lambda self: 1
    __eq__ = lambda self, other: True
turn = iter([All(sqs=1, sns=2), Text("x"), Whole(10**5000), [All()], {Text("$"): "client"}] * 20)
answer = lambda **_: next(turn)
""",
        LATE.format("answer"),
    ],
    # things of boto3 that are not there, in all forms that cross the runner
    "forged things of boto3": [
        HELP,
        """
kinds = ["client", "session", "resource", "foreign", "not written", "", None, [], {"$": "client"}, 5]
numbers = [0, -1, 10**30, 1.5, "0", "x", None, [], {}, 1e308]
def answer(**_):
    for kind in kinds:
        for number in numbers:
            say({"reply": {"value": {"sqs": {"$": kind, "number": number}, "sns": {"$": kind, "number": number}}}})
""",
        LATE.format("answer"),
    ],
    # other modules for those that are imported from now on
    "import hooks": [
        HELP,
        """
import types
class Finder:
    def find_spec(self, name, path=None, target=None): raise ImportError(name)
sys.meta_path.insert(0, Finder())
sys.path[:] = ["@PLACE@"]
for name in ("boto3", "json", "helpers", "helpers.checks", "helpers.checks.engine", "helpers.sandbox.channel", "queue"):
    sys.modules[name] = types.ModuleType(name)
""",
        STUBS,
    ],
    # later cells become what the first one wants
    "input transformers": [
        HELP,
        """
ip = get_ipython()
ip.input_transformers_cleanup.append(lambda lines: ["clients_for = lambda **_: None\\n"])
ip.ast_transformers.append(type("T", (), {"visit": lambda self, tree: tree})())
ip.run_cell = ip.transform_cell = lambda *a, **k: None
ip.user_ns = {"clients_for": print}
""",
        STUBS,
    ],
    # the shell's own ways to run programs and change itself
    "shell tricks": [
        HELP,
        "ip = get_ipython()\nharm('system', lambda: ip.system('touch @PLACE@/x') if 0 else False)",
        "!touch @PLACE@/shell",
        "%%bash\ntouch @PLACE@/bash",
        "%%writefile @PLACE@/written\nx",
        "%run @PLACE@/secret",
        "got = %sx cat @PLACE@/secret\nharm('%sx', lambda: '\\n'.join(got).index('SECRET'))",
        "%reset -f",
        STUBS,
    ],
    # what another answer, with the same seed, was given: names, orders, ids
    "looking at every call": [
        HELP,
        """
def tracer(frame, event, arg): return tracer
sys.settrace(tracer); sys.setprofile(tracer); threading.settrace(tracer); threading.setprofile(tracer)
""",
        STUBS,
    ],
    # calls while the check prepares, which its journal would not hold
    "calls between the answers": [
        HELP,
        """
work = inner("_Work")
begin = type(work)._begin
import boto3
def busy(self, command):
    reply = begin(self, command)
    harm("call before the check", lambda: boto3.client("sqs").create_queue(QueueName="before")["QueueUrl"])
    return reply
type(work)._begin = busy
""",
    ],
    # the names that a known seed draws, learnt from an earlier grading
    "answers for a known seed": [
        HELP,
        """
def hand_over(sqs, queue_url, order):
    sent = sqs.send_message(QueueUrl=queue_url, MessageBody='{"order_id": "A-1"}')
    return sent["MessageId"]
def take_one(sqs, queue_url):
    return {"order_id": "A-1"} if "orders-" in queue_url else None
""",
    ],
    # a thread of the first answer, which works for the second
    "threads left behind": [
        HELP,
        """
def helper():
    while True:
        side = inner("AnswerHost")
        if side: side.answer = lambda **_: None
        really_wait(0.01)
def clients_for(**_):
    _thread.start_new_thread(helper, ())
    for _ in range(5): threading.Thread(target=helper).start()
session_for = hand_over = take_one = join_late = lambda **_: ...
""",
    ],
}

HARM = {
    # what it may do: so the ones below would be noticed
    "nothing": [
        HELP,
        "harm('the control', lambda: os.listdir('.') == [] and open('x', 'w').write('x') and os.environ['HOME'])",
    ],
    # files, memory and the environment of others
    "reading": [
        HELP,
        """
import subprocess
read = lambda path: lambda: open(path, "rb").read(100)
for path in ("@PLACE@/secret", "/etc/passwd", "/etc/hostname", "/proc/self/mem", "/proc/1/environ", "/proc/self/maps",
             f"/proc/{os.getppid()}/mem", "/proc/self/environ", "/dev/mem", "/dev/kmem", "/dev/tty", "/dev/sda",
             "/sys/kernel/notes", "/root/.bash_history", "/proc/cpuinfo", "/dev/shm", "/proc/self/fd/3"):
    harm(f"read {path}", read(path))
for path in ("/", "@PLACE@", "/proc", "/proc/self/fd", "/tmp", "/root", "/home", "/dev", "/sys", "/etc"):
    harm(f"list {path}", lambda: os.listdir(path))
import importlib.util
for path in sys.path:
    harm(f"checks in {path}", read(os.path.join(path, "helpers", "checks", "lessons", "lesson_01.py")))
    harm(f"solutions in {path}", read(os.path.join(path, "solutions", "01_messaging_fundamentals.ipynb")))
harm("module", lambda: importlib.util.find_spec("helpers.checks.lessons.lesson_01").origin)
harm("checks in memory", lambda: [name for name in sys.modules if "lesson_0" in name][0])
for found in gc.get_objects():
    if type(found) is dict and "_expect_region" in found: HARM.append("HARM a check in memory")
harm("keys", lambda: [k for k in os.environ if "TOKEN" in k or "SECRET" in k and not k.startswith("AWS")][0])
harm("link", lambda: (os.symlink("@PLACE@/secret", "link"), open("link").read()))
harm("hard link", lambda: os.link("@PLACE@/secret", "hard"))
harm("sendfile", lambda: os.sendfile(1, os.open("@PLACE@/secret", os.O_RDONLY), 0, 10))
harm("O_PATH", lambda: open(os.open("@PLACE@/secret", os.O_PATH)).read())
""",
    ],
    # what kind of computer this is, what is on it, and how the grader was started
    "the machine": [
        HELP,
        """
import gc, pathlib, platform, site
for path in ("@PLACE@", "@PLACE@/secret", "/etc/passwd", "/proc/self/mounts", "/proc/mounts", "/proc/version", "/home",
             "/usr/local", "/usr/local/bin", "/usr/bin/env", "/var", "/sys", "/run", "/opt", "/srv", "/boot", "/mnt"):
    harm(f"see that there is {path}", lambda: os.stat(path))
    harm(f"see that there is a link {path}", lambda: os.lstat(path))
harm("arguments", lambda: len("".join(sys.argv)) + len(sys.orig_argv) > 1)
harm("the host's name", lambda: {socket.gethostname(), platform.node(), os.uname().nodename} != {"course"})
harm("PATH", lambda: os.environ["PATH"] != os.defpath)
known = ("LANG", "LC_", "TZ", "HOME", "AWS_", "PATH", "PYTHONHASHSEED")
harm("the environment", lambda: [name for name in os.environ if not name.startswith(known)][0])
harm("the user's home", lambda: [path for path in (site.USER_BASE, site.USER_SITE) if path][0])
libc.write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]  # where nothing is, it writes less
def begun_with():  # the strings that the system puts beside each other: arguments, then the environment
    name = ctypes.c_void_p.in_dll(libc, "program_invocation_name").value
    with open("memory", "w+b") as file:
        libc.write(file.fileno(), name, 4096)
        return [part for part in file.read().split(b"\\0") if part not in (b"", b"course grade: runs hand-ins", os.fsencode(sys.executable))]
harm("what it was started with", lambda: begun_with()[0])
harm("the mounts", lambda: libc.syscall(458, (ctypes.c_uint64 * 3)(24, 2**64 - 1, 0), (ctypes.c_uint64 * 9)(), 9, 0) > 0)
harm("the grader's process", lambda: [socket.socket(fileno=os.dup(3)).getsockopt(1, name, 12) for name in (17, 77)])
harm("the network's name", lambda: (libc.getdomainname(text := ctypes.create_string_buffer(99), 99), text.value)[1] != b"course")
if platform.machine() == "x86_64":
    harm("a queue of the kernel's for files", lambda: libc.syscall(206, 100, ctypes.byref(ctypes.c_ulong(0))) == 0)
harm("paths in memory", lambda: [found for found in gc.get_objects() if isinstance(found, pathlib.PurePath)][0])
""",
    ],
    # files of others: made, changed, moved, and what their owner may do without opening them
    "writing": [
        HELP,
        """
def write(path):
    with open(path, "w") as file: file.write("x")
for folder in ("@PLACE@", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run", "/home", "/", os.path.dirname(json.__file__)):
    harm(f"write into {folder}", lambda: write(folder + "/attack"))
    harm(f"folder in {folder}", lambda: os.mkdir(folder + "/attack"))
    harm(f"pipe in {folder}", lambda: os.mkfifo(folder + "/attack"))
S = "@PLACE@/secret"
for name, attempt in {
    "append": lambda: open(S, "a"), "truncate": lambda: os.truncate(S, 0), "remove": lambda: os.remove(S),
    "rename": lambda: os.rename(S, S + "2"), "chmod": lambda: os.chmod(S, 0o777), "utime": lambda: os.utime(S, (0, 0)),
    "chown": lambda: os.chown(S, os.getuid(), os.getgid()), "xattr": lambda: os.setxattr(S, "user.x", b"x"),
    "lchown": lambda: os.lchown(S, os.getuid(), -1), "mknod": lambda: os.mknod("@PLACE@/node"),
    "chmod folder": lambda: os.chmod("@PLACE@", 0o777), "chmod lib": lambda: os.chmod(json.__file__, 0o644),
    "fchmod lib": lambda: os.fchmod(os.open(json.__file__, os.O_RDONLY), 0o644),
    "fchmodat": lambda: libc.fchmodat(-100, S.encode(), 0o777, 0) == 0,
    "fchmodat2": lambda: libc.syscall(452, -100, S.encode(), 0o777, 0) == 0,
    "setxattrat": lambda: libc.syscall(463, -100, S.encode(), 0, b"user.x", (ctypes.c_uint64 * 2)(0, 0), 16) == 0,
    "file_setattr": lambda: libc.syscall(469, -100, S.encode(), bytes(24), 24, 0) == 0,
    "flags": lambda: __import__("fcntl").ioctl(os.open(json.__file__, os.O_RDONLY), 0x40086602, bytes(8)),
    "umount": lambda: libc.umount2(b"/", 2) == 0,
    "mount": lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0,
    "chroot": lambda: os.chroot("."), "pivot": lambda: libc.syscall(155, b".", b".") == 0,
    "dgram to the log": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"x", "@PLACE@/log"),
    "raw to the log": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_RAW)[0].sendto(b"x", "@PLACE@/log"),
    "seqpacket": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)[0].sendto(b"x", "@PLACE@/log"),
    "stream": lambda: socket.socketpair()[0].sendto(b"x", "@PLACE@/log"),
}.items():
    harm(name, attempt)
harm("run what it wrote", lambda: (write("tool"), os.chmod("tool", 0o755), os.execv("tool", ["tool"])))
""",
    ],
    # all kinds of sockets, and what can be used instead of them
    "network": [
        HELP,
        """
import select, urllib.request
port = @PORT@
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK, socket.AF_PACKET, 38, 40, 16, 17):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        harm(f"socket {family} {kind}", lambda: socket.socket(family, kind))
harm("tcp", lambda: socket.create_connection(("127.0.0.1", port), 1))
harm("http", lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=1))
harm("dns", lambda: socket.getaddrinfo("example.com", 80))
harm("udp on the line", lambda: socket.socket(fileno=os.dup(3)).sendto(b"x", "@PLACE@/log"))
harm("connect the line", lambda: socket.socket(fileno=os.dup(3)).connect("@PLACE@/log"))
harm("bind the line", lambda: socket.socket(fileno=os.dup(3)).bind(b"\\0abstract"))
one, other = socket.socketpair()
harm("listen", lambda: one.listen())
try: socket.send_fds(socket.socket(fileno=os.dup(3)), [b" "], [0, 1, 2, 3])
except OSError: pass
""",
    ],
    # programs and processes, by every door
    "processes": [
        HELP,
        """
import multiprocessing, subprocess
for name, attempt in {
    "fork": os.fork, "forkpty": os.forkpty, "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "system": lambda: os.system("true") == 0, "popen": lambda: subprocess.run(["true"]),
    "vfork": lambda: libc.vfork() > 0, "multiprocessing": lambda: multiprocessing.Process(target=print).start(),
    "exec": lambda: os.execv("/bin/true", ["true"]), "execveat": lambda: libc.syscall(322, -100, b"/bin/true", 0, 0, 0) == 0,
    "clone": lambda: libc.syscall(56, 17, 0, 0, 0, 0) > 0, "clone with vm": lambda: libc.syscall(56, 0x100, 0, 0, 0, 0) > 0,
    "new user": lambda: libc.unshare(0x10000000) == 0, "unshare files": lambda: libc.unshare(0x400) == 0,
    "setns": lambda: libc.setns(3, 0) == 0,
    "run by hand": lambda: os.system("/lib64/ld-linux-x86-64.so.2 /bin/true") == 0,
}.items():
    harm(name, attempt)
""",
    ],
    # the kernel by number, in the other ABIs, and by machine code
    "system calls": [
        HELP,
        """
import mmap, platform
if platform.machine() == "x86_64":
    calls = {"socket": (41, 2, 1, 0), "clone3": (435, 0, 0), "io_uring": (425, 8, bytes(120)), "ptrace": (101, 0, 0, 0, 0),
        "memfd": (319, b"x", 0), "userfaultfd": (323, 0), "bpf": (321, 0, 0, 0), "perf": (298, 0, 0, 0, 0, 0),
        "keyctl": (250, 0, -1, 0), "fanotify": (300, 0, 0), "pidfd": (434, os.getpid(), 0), "vm_readv": (310, 1, 0, 0, 0, 0, 0),
        "mq_open": (240, b"x", 0o102, 0o600, 0), "shmget": (29, 0, 4096, 0o1600), "syslog": (103, 10, 0, 0),
        "fsopen": (430, b"tmpfs", 0), "open_tree": (428, -100, b"/", 1), "by_handle": (304, 0, 0, 0), "reboot": (169, 0, 0, 0)}
    for name, call in calls.items():
        harm(name, lambda: libc.syscall(*call) >= 0)
    raw(b"")
""",
        """
if platform.machine() == "x86_64":  # x32: the process may be killed for it
    harm("x32 socket", lambda: libc.syscall(0x40000000 + 41, 2, 1, 0) >= 0)
""",
        """
if platform.machine() == "x86_64":  # mov eax, 359 (socket of i386); mov ebx, 2; mov ecx, 1; xor edx, edx; int 0x80; ret
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(bytes.fromhex("53 b867010000 bb02000000 b901000000 31d2 cd80 5b c3"))
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    harm("i386 socket", lambda: ctypes.CFUNCTYPE(ctypes.c_int)(address)() >= 0)
""",
        LATE.format("told"),
    ],
    # signals to every process that it may see, in every way; 0 would tell that it could
    "signals": [
        HELP,
        """
import resource
for pid in (-1, 0, 1, os.getppid(), os.getpgrp(), @PID@):
    harm(f"kill {pid}", lambda: os.kill(pid, 0))
    harm(f"sigqueue {pid}", lambda: libc.sigqueue(pid, 0, 0) == 0)
harm("killpg", lambda: os.killpg(os.getpgrp(), 0))
harm("tgkill", lambda: libc.syscall(234, os.getpid(), 1, 0) == 0)
harm("pidfd", lambda: os.pidfd_open(@PID@))
harm("sigio", lambda: @PID@ > 500 and __import__("fcntl").fcntl(3, 8, @PID@) >= 0)  # a small one may be its own
harm("priority", lambda: os.nice(-5))
harm("limits", lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40)))
harm("limits of another", lambda: resource.prlimit(@PID@, resource.RLIMIT_CPU, (1, 1)))
harm("trace", lambda: libc.ptrace(16, @PID@, 0, 0) == 0)
""",
    ],
    # what the next hand-in would find
    "the next hand-in": [
        HELP,
        """
import boto3, builtins, pathlib, tempfile
here = pathlib.Path.cwd()
(here / "sitecustomize.py").write_text("raise SystemExit")
(here / "boto3.py").write_text("raise SystemExit")
os.environ["PYTHONPATH"], os.environ["AWS_CONFIG_FILE"] = str(here), str(here / "none")
builtins.print = builtins.len = lambda *a: 7
boto3.DEFAULT_SESSION = 5
gc.unfreeze(); gc.collect()
for folder in sys.path + [tempfile.gettempdir(), os.environ.get("HOME", ""), os.environ.get("AWS_CONFIG_FILE", "")]:
    harm(f"profile {folder}", lambda: open(os.path.join(folder, "config"), "w"))
harm("freeze", lambda: libc.mlockall(3) == 0 and False)
harm("unmount", lambda: libc.umount2(os.fsencode(here), 2) == 0)
shared = __import__("mmap").mmap(-1, 4096)
shared[:] = b"x" * 4096
""",
    ],
}

COST = {
    # memory
    "bytes without end": [HELP, "hold = []\nwhile True: hold.append(bytearray(1 << 26))", STUBS],
    "lists that double": [HELP, "hold = [0]\nwhile True: hold += hold", STUBS],
    "memory in an answer": [
        HELP,
        "def hand_over(**_): return 'x' * (1 << 40)\ndef clients_for(**_): return 1 << (1 << 40)",
    ],
    "recursion": [HELP, "sys.setrecursionlimit(10**9)\ndef clients_for(**_): return clients_for()\nclients_for()"],
    "a slow expression": [HELP, "import re\nre.match('(a+)+$', 'a' * 60 + 'b')", STUBS],
    # threads and processes
    "threads without end": [
        HELP,
        """
threading.stack_size(32768)
def forever(): really_wait()
try:
    for _ in range(3000): _thread.start_new_thread(forever, ())
    harm("3000 threads", lambda: really_wait(0.5) or 3000)
except RuntimeError: pass
""",
    ],
    "a fork bomb": [HELP, "for _ in range(10**4):\n    try: os.fork()\n    except OSError: pass", STUBS],
    # the disk
    "a full disk": [
        HELP,
        """
for n in range(2000):
    try: open(f"file{n}", "wb").write(bytes(1 << 20))
    except OSError: pass
total = sum(os.path.getsize(n) for n in os.listdir("."))
harm("much on the disk", lambda: total if total > 20 << 20 else False)
""",
    ],
    # output, messages, requests
    "a flood of output": [HELP, "def clients_for(**_):\n    while True: print('x' * 10**6)\nclients_for()"],
    "a flood of messages": [HELP, 'while True: raw(b\'{"printed": "x"}\\n\' * 4096)', STUBS],
    "a flood of requests": [
        HELP,
        "import boto3\ndef clients_for(sqs, region):\n    while True:\n        try: sqs.list_queues()\n        except BaseException: pass",
    ],
    "requests that nobody reads": [
        HELP,
        """
fd = os.dup(3); inner("SandboxClient")._in.close
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
line = json.dumps({"request": ["POST", "https://sqs.us-east-1.amazonaws.com/", [["X-Amz-Target", "AmazonSQS.ListQueues"]], ""]})
def clients_for(**_):
    while True: raw(line + "\\n")
""",
    ],
    "half a message": [HELP, 'def clients_for(**_):\n    raw(\'{"reply": {"val\'); really_wait(100)'],
    "a message a byte at a time": [HELP, "def clients_for(**_):\n    while True: raw(' '); really_wait(0.05)"],
    "a message too long": [HELP, "def clients_for(**_):\n    while True: raw('x' * 10**6)"],
    "a reply too long": [HELP, "def clients_for(**_): return [[]] * 10**6\nhand_over = lambda **_: 'x' * (7 << 20)"],
    "deep JSON": [
        HELP,
        "def clients_for(**_): raw('{\"reply\": {\"value\": ' + '[' * 10**6 + ']' * 10**6 + '}}\\n')",
        STUBS[:0],
    ],
    "strange JSON": [
        HELP,
        r"""
turns = iter(["NaN", "Infinity", "1e999", "-1e999", "1" * 5000, "1" * 4299, '"\\ud800"', '"\\u0000"', '{"a": 1, "a": 2}', "\xff",
    '{"$": "client", "number": 1e999}', '{"$": "client", "number": NaN}', '{"$": {"$": []}}', "\ufeff1"])
def answer(**_):
    raw('{"reply": {"value": ' + next(turns, "1") + '}}\n')
""",
        LATE.format("answer"),
    ],
    **{
        f"a message that breaks who reads it {number}": [HELP, f"raw({text!r} + '\\n'); really_wait(0.1)", STUBS]
        for number, text in enumerate(
            (
                '{"reply": {"value": {"$": "client", "number": 1e999}}}',
                '{"sleep": 1' + "0" * 400 + "}",
                '{"cell": ' + "9" * 4299 + "}",
                '{"reply": {"failed": [[' + "9" * 4299 + ', "x"]], "found": {}}}',
                '{"reply": {"failed": [[0, {"type": "\\ud800", "message": "<script>alert(1)</script>", "number": -9, '
                '"line": "`<b>"}]], "found": {"clients_for": 1}}}',
                '{"request": ["", "http://[", [["a", "b"]], "===="]}',
                '{"printed": "\\ud800\\u001b]0;x\\u0007"}',
                "[" * 100_000,
                "null",
                '{"reply": []}',
            )
        )
    },
    # not reading, not ending
    "reading nothing": [
        HELP,
        """
import boto3
_thread.start_new_thread(lambda: [os.read(3, 1 << 20) for _ in iter(int, 1)], ())
def clients_for(**_): boto3.client("sqs").list_queues()
""",
    ],
    "a closed line": [
        HELP,
        "def clients_for(**_): os.close(3); really_wait(100)\nhand_over = lambda **_: socket.socket(fileno=3).shutdown(2)",
    ],
    "sleeping for ever": [HELP, "def clients_for(**_): really_wait()"],
    "long sleeps": [
        HELP,
        "for s in (1e308, 10**300, 2.5e11, 1e10, -1, float('inf')):\n    try: time.sleep(s)\n    except Exception: pass\nwhile True: time.sleep(10**6)",
        STUBS,
    ],
    "computing without the alarm": [
        HELP,
        "signal.setitimer(signal.ITIMER_PROF, 0); inner('SandboxClient')._setitimer = None\ndef clients_for(**_):\n    while True:\n        try: 1\n        except BaseException: pass",
    ],
    "time is up, and it says that all is well": [
        HELP,
        """
say({"cell": 0})
def later():
    while True:
        say({"reply": {"failed": [], "found": {"clients_for": 20}}}); really_wait(0.2)
really_wait(@LOADING@ - 0.5)
_thread.start_new_thread(lambda: (really_wait(1), later()), ())
really_wait(100)
""",
    ],
    "another cell each time": [
        HELP,
        """
frame = sys._getframe()
while frame and not isinstance(frame.f_locals.get("skip"), set): frame = frame.f_back
skip = frame.f_locals["skip"]
say({"cell": next(n for n in [40, *range(40)] if n not in skip)})
really_wait(100)
""",
        *["1"] * 40,
    ],
    "not written, again and again": [
        HELP,
        """
def forever():
    while True:
        really_wait(0.4); say({"reply": {"value": {"$": "not written"}}})
say({"reply": {"failed": [], "found": dict.fromkeys(("clients_for", "session_for", "hand_over", "take_one"), 20)}})
_thread.start_new_thread(forever, ())
really_wait(100)
""",
    ],
    # endings
    "exit in a cell": [HELP, "os._exit(0)", STUBS],
    "exit in an answer": [
        HELP,
        "def clients_for(**_): os._exit(0)\ndef hand_over(**_): os.abort()\ndef take_one(**_): libc.exit(0)",
    ],
    "a crash": [HELP, "def clients_for(**_): ctypes.string_at(0)", "ctypes.memset(0, 1, 1)"],
    "exits that are caught": [
        HELP,
        "def clients_for(**_): raise SystemExit\ndef hand_over(**_): raise KeyboardInterrupt\ndef take_one(**_): raise GeneratorExit\nraise KeyboardInterrupt",
    ],
    "errors without end": [
        HELP,
        """
class Endless(Exception):
    def __str__(self):
        while True: pass
    __repr__ = __str__
class Big(Exception):
    __str__ = lambda self: "x" * 10**8
class Liar(Exception):
    __str__ = lambda self: 5
    __class__ = property(lambda self: KeyboardInterrupt)
def clients_for(**_): raise Big
def session_for(**_): raise Liar
def hand_over(**_): return Endless()
def take_one(**_): raise Endless
""",
        "raise Big",
    ],
    "at the end": [
        HELP,
        """
import atexit, weakref
class Loud:
    def __del__(self):
        say({"reply": {"value": True}})
        harm("fork in __del__", os.fork)
atexit.register(lambda: say({"reply": {"value": True}}))
_thread.start_new_thread(lambda: Loud(), ())
hold = Loud(); hold.it = hold
del hold
def clients_for(**_): Loud(); gc.collect(); return None
""",
    ],
    # the cloud
    "requests of no client": [
        HELP,
        """
import base64, itertools
H = "AWS4-HMAC-SHA256 Credential={}/20260105/{}/{}/aws4_request"
keys = ["OFFLINESHOP", "OFFLINEPARTNER", "", "x" * 5000, "../..", "\\ud800", "\\0"]
regions = ["us-east-1", "mars", "", "eu-west-1", "."]
targets = ["AmazonSQS.ListQueues", "AmazonSQS.__init__", "x", "", ".", "AmazonSNS.Publish", "AmazonSQS." + "y" * 8000, "AmazonSQS.SendMessage"]
bodies = [b"", b"{}", b"[]", b"null", b"\\xff\\xfe", b"[" * 100000, b'{"QueueUrl": 5}', b'{"QueueUrl": "\\\\ud800"}', b"Action=Publish&a=%ff",
    b'{"QueueUrl": "http://[", "MessageBody": "x", "DelaySeconds": 1e400}', b'{"QueueUrl": {"$": 1}}', b"Action=__class__"]
urls = ["http://[", "file:///etc/passwd", "https://sqs.us-east-1.amazonaws.com/210987654321/q", "\\0", "http://127.0.0.1:@PORT@/"]
every = itertools.product(keys, regions, ("sqs", "sns", "sts", "s3", "__init__"), targets, bodies, urls)
for number, (key, region, service, target, body, url) in enumerate(itertools.islice(every, 0, None, 97)):
    if number > 400: break
    headers = [["Authorization", H.format(key, region, service)], ["X-Amz-Target", target], ["content-type", "x"]]
    say({"request": ["POST", url, headers, base64.b64encode(body).decode()]})
""",
        STUBS,
    ],
    "a header of many beginnings": [
        HELP,
        'say({"request": ["POST", "https://sqs.us-east-1.amazonaws.com/", [["Authorization", "Credential=" * 500_000]], ""]})',
        STUBS,
    ],
    "a form of many fields": [
        HELP,
        """
import base64
auth = "AWS4-HMAC-SHA256 Credential=OFFLINESHOP/20260105/us-east-1/sns/aws4_request"
body = "Action=PublishBatch&TopicArn=x" + "".join(f"&PublishBatchRequestEntries.member.{n}.Id=x" for n in range(20_000))
def clients_for(**_):
    for headers in ([], [["X-Amz-Target", ""]]):
        say({"request": ["POST", "https://sns.us-east-1.amazonaws.com/", [["Authorization", auth], *headers], base64.b64encode(body.encode()).decode()]})
""",
    ],
    "a filter that compares all with all": [
        HELP,
        """
def clients_for(sqs, sns, region):
    topic = sns.create_topic(Name="t")["TopicArn"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}
    sqs.create_queue(QueueName="q", Attributes={"Policy": json.dumps(policy)})
    rules = {"FilterPolicyScope": "MessageBody", "FilterPolicy": json.dumps({"x": {"a": [1], "b": [1], "c": [1]}})}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=topic.replace("sns", "sqs")[:-1] + "q", Attributes=rules)
    elements = [{"a": 1, "b": 1, "c": 2}] * 9000 + [{"a": 1, "b": 1, "c": 1}]
    sns.publish(TopicArn=topic, Message=json.dumps({"x": elements}, separators=(",", ":")))
""",
    ],
    "a message for everyone": [
        HELP,
        """
def clients_for(sqs, sns, region):
    topic = sns.create_topic(Name="t")["TopicArn"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}
    for n in range(90):
        sqs.create_queue(QueueName=f"q{n}", Attributes={"Policy": json.dumps(policy)})
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=topic.replace("sns", "sqs")[:-1] + f"q{n}")
    while True: sns.publish(TopicArn=topic, Message="\\U0001f600" + "x" * 250_000)
""",
    ],
}

# what lands on pages, in tables and on terminals
TEXTS = [
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A1",
    "\\x1b[2J\\x1b]0;x\\x07",
    "](javascript:x) ```",
    "\\ud800",
    "\\u202e",
    "{{7*7}}",
    "\\0",
]
SAYING = {
    "texts for pages": [
        HELP,
        f"TEXTS = {' '.join(repr(text) + ',' for text in TEXTS)}".replace("\\\\", "\\"),
        "def clients_for(**_):\n    print(*TEXTS)\n    raise ValueError(' '.join(TEXTS))",
        "def session_for(**_):\n    print(*TEXTS)\n    return ' '.join(TEXTS)",
        "class Odd(Exception): pass\nOdd.__name__ = TEXTS[0]\ndef hand_over(**_): raise Odd(TEXTS[1])",
        "raise ValueError(' '.join(TEXTS))",
    ]
}

ATTACKS: dict[str, list[str]] = MARKS | HARM | COST | SAYING
# One of each kind, none of which takes long: for the quick run.
FEW = ("frames", "nothing", "reading", "the machine", "a message too long", "exit in an answer", "texts for pages")
RIGHT = "a right hand-in"  # between the attacks, by its number


# --- grading them ----------------------------------------------------------------------------------------------------

WORKERS = 3
LOADING = 2.0  # seconds here for what may take 20, so that the many attacks that use them up take less
EVERY = 8  # so many attacks are between two right hand-ins


def grade_all(place: Path, port: int, names: list[str], count: int = WORKERS) -> dict[str, dict]:
    """Return what came of each attack: outcomes, remarks, the seconds that it took, and whether the grader stood.

    place: a folder of the instructor's, with what it holds. port: where a server listens. names: of the attacks.
    count: of the workers, each of which grades a right hand-in afterwards, too.
    """
    from helpers.checks import limits
    from helpers.course import HOME
    from helpers.grading import exercise_set, grader, workers
    from helpers.grading.store import Job
    from helpers.sandbox import hand_in_process

    tight = {
        (limits, "SECONDS"): 1.0,
        (hand_in_process, "LONGEST_CHECK"): LOADING,
        (hand_in_process, "ALL_CALLS"): 1.0,
        (hand_in_process, "PATIENCE"): 0.5,
        (grader, "COMPUTING"): 2.0,
        (grader, "LONGEST"): 6.0,
    }
    of_the_product = {(module, name): getattr(module, name) for module, name in tight}
    do = workers.do

    def timed(task, job):
        # Right answers have the time that the product gives them, however busy this machine is.
        for (module, name), value in (of_the_product if job.key.startswith(RIGHT) else tight).items():
            setattr(module, name, value)
        started = time.monotonic()
        graded = do(task, job)
        took = f"{time.monotonic() - started:.2f}"
        return dataclasses.replace(graded, remarks=(took, *graded.remarks))

    lesson = "01_messaging_fundamentals"
    jobs, right = [], Job("", lesson, _solution(HOME, lesson))
    for number, (name, cells) in enumerate((name, ATTACKS[name]) for name in names):
        known = {"@PLACE@": str(place), "@PORT@": str(port), "@PID@": str(os.getpid()), "@LOADING@": str(LOADING)}
        for word, value in known.items():
            cells = [cell.replace(word, value) for cell in cells]
        jobs.append(Job(name, lesson, tuple(cells)))
        if number % EVERY == EVERY - 1:
            jobs.append(dataclasses.replace(right, key=f"{RIGHT} {number}"))
    jobs += [dataclasses.replace(right, key=f"{RIGHT} at the end {number}") for number in range(count)]
    task = workers.Task(exercise_set.own(), 5, hidden=(str(place),))
    found = {}
    workers.do = timed
    try:
        for job, graded, stood in workers.run(task, jobs, count):
            outcomes = [outcome.as_dict() for outcome in graded.outcomes]
            took, *remarks = graded.remarks if stood else ("inf", *graded.remarks)
            found[job.key] = {"outcomes": outcomes, "remarks": remarks, "seconds": float(took), "stood": stood}
    finally:
        workers.do = do
    return found


def _solution(home: Path, lesson: str) -> tuple[str, ...]:
    notebook = json.loads((home / "solutions" / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    return tuple("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")


if __name__ == "__main__":
    print(json.dumps(grade_all(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] or list(ATTACKS))))
