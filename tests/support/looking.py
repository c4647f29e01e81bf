"""What a picture has to keep to wherever it's shown: nothing scrolls sideways, no word breaks, no word is loose.

`MEASURE` defines functions in a page; each is given a node and returns its faults as texts.
"""

import re
import subprocess
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

MEASURE = r"""
// Whatever is wider than its place: it scrolls, or is cut off. A token's text may be cut, since it shows "…"; and a
// drawing's label that's an attribute, which goes where it has no room.
window.sideways = root => [root, ...root.querySelectorAll('*')].filter(node => {
    if (!(node instanceof HTMLElement) || !node.clientWidth) return false;
    const style = getComputedStyle(node);
    if (style.position === 'absolute' && node.clientWidth <= 1) return false;  // for screen readers only
    if (style.textOverflow === 'ellipsis' && style.overflowX === 'hidden') return false;
    if (style.overflowX === 'hidden' && node.dataset.t && !node.textContent) return false;
    if (style.overflowX === 'visible') return false;  // then what it's in is too narrow, and found
    return node.scrollWidth > node.clientWidth + 1;
}).map(node => `${node.tagName}.${node.className}: ${node.scrollWidth} > ${node.clientWidth}`);

// Whatever stands out of the picture's own place.
window.outside = root => {
    const place = root.getBoundingClientRect();
    return [...root.querySelectorAll('*')].filter(node => {
        const box = node.getBoundingClientRect(), style = getComputedStyle(node);
        if (!box.width || !box.height || (style.position === 'absolute' && box.width <= 1)) return false;
        if (node.closest('code, svg, .sr, .sr-only')) return false;
        return box.left < place.left - 1 || box.right > place.right + 1;
    }).map(node => `${node.tagName}.${node.className} stands out`);
};

// Words that begin in one line and end in another. An id, such as A-101, is one word outside of code. A long text
// without blanks, such as an ARN, may be in several lines.
window.broken = root => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), found = [];
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        if (text.parentElement.closest('style, script')) continue;
        for (const run of text.data.matchAll(/[^\s]+/g)) {
            if (run[0].length > 32) continue;
            const words = text.parentElement.closest('pre') ? /[\p{L}\p{N}]+/gu : /[\p{L}\p{N}]+(?:-\d+)*/gu;
            for (const word of run[0].matchAll(words)) {
                const range = document.createRange();
                range.setStart(text, run.index + word.index);
                range.setEnd(text, run.index + word.index + word[0].length);
                const tops = [...range.getClientRects()].filter(box => box.width > 0.5).map(box => box.top);
                const lines = tops.length && Math.max(...tops) - Math.min(...tops) > 4;
                if (lines) found.push(`broken: ${word[0]} in ${run[0]}`);
            }
        }
    }
    return found;
};

// Words that run into each other, once boxes and styles are gone.
window.glued = root => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), found = [];
    const block = node => {
        for (; node && node !== root; node = node.parentElement) {
            if (!getComputedStyle(node).display.startsWith('inline')) return node;
        }
        return root;
    };
    let before = null;
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        if (!text.data || text.parentElement.closest('style, script')) continue;
        if (before && /[\p{L}\p{N}]$/u.test(before.data) && /^[\p{L}\p{N}]/u.test(text.data)
            && block(before.parentElement) === block(text.parentElement)) found.push(`${before.data}|${text.data}`);
        before = text;
    }
    return found;
};

window.unfolded = (root, work) => {
    const folded = [...root.querySelectorAll('details:not([open])')];
    for (const fold of folded) fold.open = true;
    const found = work();
    for (const fold of folded) fold.open = false;
    return found;
};
window.faults = root => {
    const look = () => [...sideways(root), ...outside(root), ...broken(root)];
    return [...new Set([...look(), ...unfolded(root, look)])];
};
window.serious = async root => (await axe.run(root)).violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .flatMap(one => one.nodes.map(node => `${one.id}: ${one.help}: ${node.html.slice(0, 160)}`));
"""


@lru_cache
def node_modules(*packages: str) -> Path:
    """Return the folder in which npm has put these packages, once for all tests of this run."""
    import atexit
    import shutil
    import tempfile

    place = Path(tempfile.mkdtemp(prefix="node-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    subprocess.run([shutil.which("npm") or "npm", "i", "--silent", "--prefix", str(place), *packages], check=True)
    return place / "node_modules"


def axe() -> Path:
    """Return the script of axe-core."""
    return node_modules("axe-core@4") / "axe-core" / "axe.min.js"


# ---- What sites leave of an output's HTML

# The blocks among the tags that GitHub leaves; no style, attribute or drawing stays, and of all other tags the text.
_BLOCKS = re.findall(
    r"\w+",
    "h1 h2 h3 h4 h5 h6 p div br hr pre blockquote ul ol li dl dt dd table caption tr th td details summary figure",
)


class _Simple(HTMLParser):
    """Keeps simple tags without attributes, and the text of all others except of styles and scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[list[str]] = [[]]
        self.pres: list[str] = []
        self.drawn: list[str] = []  # words of drawings, which lie about loose once the drawing is gone
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._between(tag)
        if tag in ("br", "hr", "img", "input"):
            return
        self._open.append(tag)
        if tag == "pre":
            self.pres.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        self._between(tag)

    def handle_data(self, data: str) -> None:
        if {"style", "script"} & set(self._open):
            return
        if "svg" in self._open:
            self.drawn += [data.strip()] if data.strip() else []
        elif "pre" in self._open:
            self.pres[-1] += data
        else:
            self.blocks[-1].append(data)

    def _between(self, tag: str) -> None:
        if tag in _BLOCKS and self.blocks[-1]:
            self.blocks.append([])


def simplified(markup: str) -> tuple[list[list[str]], list[str], list[str]]:
    """Return what is left of a picture where only simple tags are.

    Each block's pieces of text, what each `pre` holds, and the words of drawings.
    """
    parser = _Simple()
    parser.feed(markup)
    return [block for block in parser.blocks if "".join(block).strip()], parser.pres, parser.drawn


def run_together(blocks: list[list[str]]) -> list[str]:
    """Return the words of a block that run into each other, because only a style kept them apart."""
    pairs = (pair for block in blocks for pair in zip(filter(None, block), list(filter(None, block))[1:], strict=False))
    return [f"{one}|{two}" for one, two in pairs if re.search(r"\w$", one) and re.match(r"\w", two)]


def page_of(notebook: Path, theme: str) -> str:
    """Return nbconvert's page of a notebook, as it is where there's no network."""
    from nbconvert import HTMLExporter

    text, _ = HTMLExporter(template_name="lab", theme=theme).from_filename(str(notebook))
    return re.sub(r'<script[^>]* src="https?:[^>]*></script>', "", text)
