"""cloud.run and metrics in a browser tab: as in a kernel. A sentence says it where the browser can't suspend Python."""

import contextlib
import io
import linecache

import pytest
from browsing import another, installed, opened, tab
from site_in_a_tab import RUN, build, outputs, served
from test_site import COMPARED, FIRST, NOBODY_ELSE, SAVE, show

from helpers.backends.base import Cloud
from helpers.backends.programs import IN_A_TAB

pytestmark = pytest.mark.browser
SHOP = """import asyncio, json, threading, time, boto3
from concurrent.futures import ThreadPoolExecutor
from helpers import cloud, start
start()
sqs = boto3.client("sqs")
url = sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
"""
CRASH = """def customers():
    for number in range(8):
        time.sleep(5)
        sqs.send_message(QueueUrl=url, MessageBody=f"A-{100 + number}")

def packer(fails_at=""):
    while True:
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", []):
            time.sleep(9)
            if message["Body"] == fails_at:
                raise RuntimeError("out of tape")
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

day = cloud.run({"web shop": customers, "Kim": lambda: packer("A-102"), "Lee": packer}, minutes=5)
print(day)
print(json.dumps(day.to_dict()))
"""
MEMBERS = """def receive():
    return sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", [])

def heartbeat():
    done = threading.Event()
    def beat():
        while not done.wait(40):
            print("beat")
    thread = threading.Thread(target=beat)
    thread.start()
    time.sleep(150)
    done.set()
    thread.join()
    print("done")

def loop():
    async def tick():
        for _ in range(3):
            await asyncio.sleep(4)
            print("tick")
    async def both():
        polled, _ = await asyncio.gather(asyncio.to_thread(receive), tick())
        print("polled", len(polled))
    asyncio.run(both())

def pool():
    with ThreadPoolExecutor(2) as pool:
        for number in range(3):
            pool.submit(lambda: (time.sleep(10), print("packed")))

def timer():
    threading.Timer(7, lambda: sqs.send_message(QueueUrl=url, MessageBody="late")).start()

def daemon():
    def sweep():
        try:
            time.sleep(1000)
        finally:
            print("daemon ends")
    threading.Thread(target=sweep, daemon=True).start()
    time.sleep(30)

day = cloud.run({each.__name__: each for each in (heartbeat, loop, pool, timer, daemon)}, minutes=5)
print(json.dumps(day.to_dict()))
"""
SPINS = """from helpers.backends import programs
programs.MOST_AT_ONCE = 0.2
def spins():
    while True:
        pass
try:
    cloud.run({"Kim": spins, "Lee": lambda: time.sleep(60)}, minutes=5)
except Exception as problem:
    print(problem)
"""
GOES_ON = "import gc\ngc.collect()\nprint(len(sqs.list_queues()['QueueUrls']))"
STUBBORN = """def stubborn():
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass
for _ in range(2):
    try:
        cloud.run({"Kim": stubborn}, seconds=10)
    except Exception as problem:
        print("refused:", problem)
"""

METRICS = """from helpers import clock, show
cloudwatch = boto3.client("cloudwatch")
for number in range(90):
    sqs.send_message(QueueUrl=url, MessageBody="tea")
    clock.advance(seconds=number)
data = [{"MetricName": "orders", "Values": [float(number) for number in range(150)]} for _ in range(20)]
cloudwatch.put_metric_data(Namespace="Shop", MetricData=data)  # long enough for boto3 to compress it
stat = {"Metric": {"Namespace": "Shop", "MetricName": "orders"}, "Period": 300, "Stat": "Sum"}
queries = [{"Id": "m1", "MetricStat": stat}, {"Id": "e1", "Expression": "m1 / 2"}]
found = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=clock.time() - 3600, EndTime=clock.time() + 60)
print(found["MetricDataResults"])
print(len(cloudwatch.list_metrics()["Metrics"]), cloud.client("cloudwatch").meta.region_name)
print(show.metrics(url))
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Where the built site is served."""
    installed("jupyterlite_core", "site")
    with served(build(tmp_path_factory.mktemp("browser") / "site")) as server:
        yield server.url


@pytest.fixture(scope="module")
def browser(url):
    """A browser."""
    with tab(NOBODY_ELSE) as page:
        yield page.context.browser


def run(page, url, *cells):
    """Return the outputs of a notebook with these cells in a new tab, by the cells' ids."""
    page.goto(url)
    opened(page, FIRST)
    page.evaluate(SAVE, ["mine.ipynb", list(cells)])
    show(page, "mine.ipynb")
    return outputs(page.evaluate(RUN))


def here(name, *cells):
    """Return what the cells print in this process."""
    namespace, printed = {"__name__": "__main__"}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        for number, source in enumerate(cells):
            file = f"<cell {name} {number}>"
            linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
            exec(compile(source, file, "exec"), namespace)
    return printed.getvalue()


def test_a_run_is_the_same_as_in_a_kernel(browser, url, offline: Cloud):
    """To the last id and second: a crash, and all that programs can start. One that never waits or ends is named."""
    with another(browser) as page:
        found = run(page, url, COMPARED, SHOP, CRASH, MEMBERS, SPINS, STUBBORN, GOES_ON)
    printed = "".join(text for name in ("cell2", "cell3") for _, text in found[name])
    assert printed == here("run", SHOP, CRASH, MEMBERS)
    assert "RuntimeError: out of tape" in printed
    assert "because of 'Kim': it ran for 0.2 real seconds without waiting for anything, in line" in found["cell4"][0][1]


def test_metrics_are_the_same_as_in_a_kernel(browser, url, offline: Cloud):
    """CloudWatch's client has its model there, speaks CBOR and compresses; the picture has the same numbers."""
    with another(browser) as page:
        found = run(page, url, COMPARED, SHOP, METRICS)
    printed = "".join(text for _, text in found["cell2"])
    assert printed == here("metrics", SHOP, METRICS)
    assert "[223500.0]" in printed


def test_a_browser_that_cannot_suspend_python_says_so(browser, url):
    """The lesson goes on: the next cell works."""
    with another(browser) as page:

        def older(route):
            response = route.fetch()
            body = response.text()
            assert '"Suspending"in WebAssembly' in body
            body = body.replace('"Suspending"in WebAssembly', "false").replace('"Suspender"in WebAssembly', "false")
            route.fulfill(response=response, body=body)

        page.context.route("**/pyodide.asm.mjs", older)
        refused = "try:\n    cloud.run({'Kim': print}, minutes=5)\nexcept Exception as problem:\n    print(problem)"
        found = run(page, url, SHOP, refused, GOES_ON)
    assert found["cell1"] == [("stdout", IN_A_TAB + "\n")]
    assert found["cell2"] == [("stdout", "1\n")]
