import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const WIDTHS = [400, 1400];

/** What a reader searches, and a page that must be among the results. */
const SEARCHES = [
  ["NETWORK_NOT_FOUND", "errors/NETWORK_NOT_FOUND"],
  ["stop_grace_period", "reference/app-file"],
  ["force-unlock", "reference/command"],
];

/**
 * Opens every page of a served site in Chromium, at two widths. Returns the problems: errors of the console, requests to
 * other hosts, pages that are wider than the window, and searches that don't find their page.
 */
export async function checkInBrowser({ executablePath, address, pages, report }) {
  const profile = mkdtempSync(join(tmpdir(), "docs-check-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const problems = [];
  try {
    const page = await context.newPage();
    const at = (text) => `${page.url().replace(address, "")}: ${text}`;
    page.on("console", (message) => {
      if (message.type() === "error" && !isMachine(message.text())) problems.push(at(message.text()));
    });
    page.on("pageerror", (error) => problems.push(at(error.message)));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(address) && !url.startsWith("data:")) problems.push(at(`requests ${url}`));
    });
    for (const path of pages.filter((name) => name !== "404")) {
      await open(page, address + path);
      problems.push(...(await rawExpressions(page)).map(at));
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (wide > 0) problems.push(at(`is ${wide} pixels wider than ${width}`));
      }
    }
    report(`opened ${pages.length - 1} pages at ${WIDTHS.join(" and ")} pixels`);
    for (const [query, wanted] of SEARCHES) {
      const found = await search(page, address, query);
      if (found.some((link) => link.includes(wanted))) report(`search ${query}: found ${wanted}`);
      else problems.push(`search ${query}: ${wanted} is not among ${found.join(", ") || "no results"}`);
    }
    await checkSidebar(page, address, problems);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
  return problems;
}

/** Whether the network of the machine changed, such as by a container of another program: Chromium then ends all requests. */
const isMachine = (text) => text.includes("ERR_NETWORK_CHANGED");

/** Opens a page, again if the network of the machine changed meanwhile. */
async function open(page, url, attempts = 10) {
  let changed = false;
  const notice = (request) => (changed ||= isMachine(request.failure()?.errorText ?? ""));
  page.on("requestfailed", notice);
  try {
    await page.goto(url, { waitUntil: "load" });
  } catch (error) {
    if (!isMachine(error.message)) throw error;
    changed = true;
  } finally {
    page.off("requestfailed", notice);
  }
  if (changed && attempts > 1) await open(page, url, attempts - 1);
}

/** Text outside of the page's content in which an expression of the theme was not replaced. */
const rawExpressions = (page) =>
  page.$$eval(".VPNav, .VPLocalNav, .VPSidebar", (parts) =>
    parts.filter((part) => part.textContent.includes("{{")).map((part) => `${part.className} shows an expression`),
  );

/** Types into the search of the site. Returns the links of the first results. */
async function search(page, address, query) {
  await open(page, address);
  await page.click("button.VPNavBarSearchButton, .VPNavBarSearch button");
  await page.fill("input[type=search], .search-input", query);
  await page.waitForSelector(".result", { timeout: 10_000 }).catch(() => undefined);
  return page.$$eval(".result", (links) => links.slice(0, 8).map((link) => link.getAttribute("href") ?? ""));
}

/** A link of the sidebar must change the page without a reload, which the static check does not see. */
async function checkSidebar(page, address, problems) {
  await open(page, `${address}reference/`);
  await page.click(".VPSidebar a[href$='/reference/command']");
  await page
    .waitForURL(`${address}reference/command`, { timeout: 10_000 })
    .catch(() => problems.push("the sidebar does not open its pages"));
}
