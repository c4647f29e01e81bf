"use strict";
// Replaces what has changed every few seconds. Focus, scrolling and the two boxes stay as they are.
const EVERY = 3000, LONGEST = 30000; // milliseconds
const at = id => document.getElementById(id);
let tag = "", since = "", wait = EVERY;

const remember = (box, act) => {
  box.checked = sessionStorage.getItem(box.id) === "yes";
  box.addEventListener("change", () => { sessionStorage.setItem(box.id, box.checked ? "yes" : "no"); act(box.checked); });
  act(box.checked);
};

function show(html) {
  const focused = document.activeElement?.id, left = [...document.querySelectorAll(".wide")].map(one => [one.id, one.scrollLeft]);
  const before = at("sums")?.textContent;
  at("news").innerHTML = html;
  for (const [id, x] of left) if (at(id)) at(id).scrollLeft = x;
  if (focused && at("news").contains(at(focused))) at(focused).focus({ preventScroll: true });
  return at("sums")?.textContent !== before;
}

async function look() {
  try {
    const reply = await fetch("news" + location.search, { headers: tag ? { "If-None-Match": tag } : {} });
    if (!reply.ok && reply.status !== 304) throw new Error(reply.status);
    if (reply.status === 200 && !at("pause").checked) {
      tag = reply.headers.get("ETag");
      if (show(await reply.text()) && since) at("state").textContent = at("sums").textContent.split(". ")[0] + ".";
    }
    if (at("state").textContent.startsWith("No answer")) at("state").textContent = "";
    since = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    wait = EVERY;
  } catch {
    at("state").textContent = `No answer from the command. It may have been stopped.${since ? ` This is from ${since}.` : ""}`;
    wait = Math.min(2 * wait, LONGEST);
  }
}

async function go() {
  if (!at("pause").checked && !document.hidden) await look();
  setTimeout(go, wait);
}

document.querySelector(".tools").hidden = false;
remember(at("names"), hidden => document.body.classList.toggle("hide", hidden));
remember(at("pause"), paused => { at("state").textContent = paused ? "Paused." : ""; });
go();
