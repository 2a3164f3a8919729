// npm run docs:check: checks the built site. Links and anchors in the HTML, then every page in Chromium, if it is installed.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkInBrowser } from "./browser.mjs";
import { deadLinks } from "./links.mjs";
import { serve } from "./serve.mjs";

const folder = fileURLToPath(new URL("../dist", import.meta.url));
const base = "/openfactory-deploy/";
const browsers = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const { pages, links, dead } = deadLinks(folder, base);
console.log(`checked ${links} links of ${pages.length} pages: ${dead.length} dead`);
const problems = [...dead];

const executablePath = browsers.find((path) => path && existsSync(path));
if (executablePath === undefined) {
  console.log("skipped: the pages in a browser (Chromium is not installed; set CHROMIUM to the path of another)");
} else {
  const { address, close } = await serve(folder, base);
  problems.push(...(await checkInBrowser({ executablePath, address, pages, report: (line) => console.log(line) })));
  close();
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "The site has no problems." : `${problems.length} problems.`);
process.exitCode = problems.length === 0 ? 0 : 1;
