// Opens a page in Firefox and prints its faults: node firefox.mjs MODULES FIREFOX PAGE WIDTH SCRIPT AXE SCREENSHOT
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, firefox, page, width, script, axe, picture] = process.argv.slice(2);
const { default: puppeteer } = await import(pathToFileURL(createRequire(`${modules}/`).resolve("puppeteer-core")));
const browser = await puppeteer.launch({
  browser: "firefox", executablePath: firefox, headless: true, extraPrefsFirefox: { "ui.prefersReducedMotion": 1 },
});
try {
  const tab = await browser.newPage();
  await tab.setViewport({ width: Number(width), height: 900 });
  await tab.goto(pathToFileURL(page));
  for (const file of [script, axe]) await tab.evaluate(readFileSync(file, "utf-8") + "; undefined");
  console.log(JSON.stringify(await tab.evaluate(async () => ({
    browser: navigator.userAgent,
    pictures: document.querySelectorAll("[data-pic]").length,
    faults: [...document.querySelectorAll("[data-pic]")].flatMap((node) => faults(node)),
    serious: await serious("[data-pic]"),
    moving: document.getAnimations().length,
  }))));
  await tab.screenshot({ path: picture, fullPage: true });
} finally {
  await browser.close();
}
