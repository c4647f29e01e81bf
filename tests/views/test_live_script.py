"""The script of live pictures in Chromium, with a kernel that the test plays. Needs the extra `browser`."""

from pathlib import Path

import pytest
from browsing import tab

from helpers.views import live_card

pytestmark = pytest.mark.browser

SCRIPT = Path(live_card.__file__).with_name("live.js").read_text(encoding="utf-8")
PICTURE = """<figure data-rate="{rate}"><span>{text}</span>
<button data-act="receive" data-value="Kim" data-key="receive Kim" data-next="send">Receive</button>
<button data-act="send" data-key="send">Send</button>
<input type="range" data-slide="clock" data-key="clock" max="60" value="0">
<label>Name <input name="who" data-key="who"></label>
<button class="main" data-act="start" data-key="start">Start</button>
<ul>{tokens}</ul><details data-key="fold"><summary>More</summary>words</details>
<p class="asleep">Run it again.</p></figure>"""
# A model as anywidget's: `html`, messages that were sent, and what the kernel answers.
PAGE = """async ([script, html]) => {
    const {default: widget} = await import(URL.createObjectURL(new Blob([script], {type: "text/javascript"})));
    const state = {html, says: ""}, heard = {};
    window.sent = [];
    window.model = {
        get: (name) => state[name], on: (name, call) => { heard[name] = call; }, off: (name) => { delete heard[name]; },
        send: (message) => { if (window.dead) throw new Error("Cannot send"); sent.push(message); },
    };
    window.draws = (html) => { state.html = html; heard["change:html"](); };
    window.answers = (says) => heard["msg:custom"]({awake: true, says});
    window.heard = heard;
    const el = document.createElement("div");
    document.body.replaceChildren(el);
    window.close_picture = widget.render({model, el});
}"""


def drawn(text="", rate=0, tokens=()):
    """Return the kernel's picture."""
    items = "".join(
        f'<li><b data-move="{name}">{name}</b><button data-key="delete {name}">x</button></li>' for name in tokens
    )
    return PICTURE.format(text=text, rate=rate, tokens=items)


@pytest.fixture(scope="module")
def browser_page():
    """One tab for all tests of this file."""
    with tab() as page:
        yield page


@pytest.fixture
def page(browser_page):
    """A page with a picture whose kernel has answered once."""
    page = browser_page
    page.goto("about:blank")
    page.evaluate(PAGE, [SCRIPT, drawn("one", tokens=("A-101", "A-102"))])
    assert page.evaluate("sent.splice(0)") == [{"act": ""}]
    page.evaluate("answers('')")
    return page


def sent(page):
    """Return what was sent to the kernel since this was last called."""
    return page.evaluate("sent.splice(0)")


def test_clicks_wait_in_line(page):
    """The kernel gets one message at a time, with the fields' values, and no click is lost."""
    page.get_by_label("Name").fill("Ada")
    page.get_by_text("Receive").click()
    page.get_by_text("Send").click()
    assert sent(page) == [{"act": "receive", "value": "Kim", "who": "Ada"}]
    page.evaluate("answers('Kim receives A-101.')")
    assert [message["act"] for message in sent(page)] == ["send"]
    page.wait_for_function("() => document.querySelector('[role=status]').textContent === 'Kim receives A-101.'")


def test_a_redraw_between_mouse_down_and_up_loses_no_click(page):
    """The button stays the same node, so that the browser knows both as one click."""
    page.get_by_text("Receive").hover()
    page.mouse.down()
    page.evaluate("html => draws(html)", drawn("two", tokens=("A-102",)))
    page.mouse.up()
    assert [message["act"] for message in sent(page)] == ["receive"]


def test_a_redraw_keeps_what_is_being_used(page):
    """The focus, a typed text, an open fold and a line of a list are the same nodes afterwards."""
    page.get_by_label("Name").fill("Ada")
    page.get_by_text("More").click()
    page.get_by_text("Send").focus()
    page.evaluate("() => { window.line = document.querySelectorAll('li')[1]; }")
    page.evaluate("html => draws(html)", drawn("two", tokens=("A-102", "A-103")))
    assert page.locator("span").inner_text() == "two"
    assert page.evaluate("document.activeElement.dataset.key") == "send"
    assert page.get_by_label("Name").input_value() == "Ada"
    assert page.evaluate("document.querySelector('details').open")
    assert page.evaluate("document.querySelector('li') === window.line")
    assert page.locator("li").all_inner_texts() == ["A-102x", "A-103x"]


def test_the_focus_goes_on_when_its_button_is_gone(page):
    """It goes where the button said."""
    page.get_by_text("Receive").focus()
    page.evaluate("html => draws(html)", drawn().replace('data-act="receive"', "hidden").replace("receive Kim", "gone"))
    assert page.evaluate("document.activeElement.dataset.key") == "send"


def test_a_drag_survives_redraws(page):
    """While the slider is dragged it stays where the hand is; its latest value is sent, and after it the field is 0."""
    box = page.locator("[type=range]").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 5, middle)
    page.mouse.down()
    for share in (0.3, 0.5, 0.7):
        page.mouse.move(box["x"] + box["width"] * share, middle)
        page.evaluate("html => draws(html)", drawn(f"at {share}"))
    value = page.locator("[type=range]").input_value()
    assert 35 < int(value) < 50
    first = sent(page)
    page.evaluate("answers('')")
    assert [*first, *sent(page)][-1] == {"act": "clock", "value": value, "drag": 0}
    page.mouse.up()
    assert page.locator("[type=range]").input_value() == "0"
    page.evaluate("answers('')")
    page.locator("[type=range]").press("ArrowRight")
    assert sent(page) == [{"act": "clock", "value": "1", "drag": 1}]


def test_time_ticks_while_the_kernel_answers(page):
    """A tick is sent four times a second, and none before the last was answered; a long pause counts as a second."""
    page.evaluate("html => draws(html)", drawn(rate=10))
    page.wait_for_function("() => sent.length === 1")
    page.wait_for_timeout(1500)
    (tick,) = sent(page)
    assert tick["act"] == "tick"
    assert tick["value"] <= 10
    page.evaluate("answers('')")
    page.wait_for_function("() => sent.length === 1")
    assert 5 < sent(page)[0]["value"] <= 10


def test_enter_in_a_field_is_the_main_button(page):
    """As in any form."""
    page.get_by_label("Name").press("Enter")
    assert [message["act"] for message in sent(page)] == ["start"]


def test_a_picture_without_a_kernel_is_asleep(page):
    """It looks the same, its line tells how to wake it, and nothing can be clicked, until a kernel answers."""
    assert not page.locator(".asleep").is_visible()
    page.evaluate("() => { window.dead = true; }")
    page.get_by_text("Receive").click()
    assert page.locator(".asleep").is_visible()
    assert page.locator("button:enabled, input:enabled").count() == 0
    page.evaluate("answers('')")
    assert not page.locator(".asleep").is_visible()
    assert page.locator("button:disabled, input:disabled").count() == 0


def test_a_closed_picture_leaves_nothing_running(page):
    """Its timers and its ears are gone."""
    page.evaluate("html => { draws(html); close_picture(); }", drawn(rate=60))
    page.wait_for_timeout(400)
    assert sent(page) == []
    assert page.evaluate("Object.keys(heard)") == []
