import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import {
  type Browser,
  engineApi,
  type RenderedPage,
  type RenderOptions,
  startBrowser,
  TEST_IMAGE,
  TEST_LABEL,
} from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { desiredOf, hostilePlan, HOSTILE } from "../../../cli/test/hostile-plan.js";
import { samplePlan } from "../../../cli/test/sample-plan.js";
import { planPage } from "../../../cli/src/output/plan-page/page.js";
import { spawnOfdeploy } from "./support/spawn-ofdeploy.js";

let folder: string;
let browser: Browser | undefined;
let missing = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ofdeploy-page-"));
  browser = await startBrowser().catch((error: Error) => {
    missing = error.message;
    return undefined;
  });
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Shows a page at a width. Skips the test on a machine without Chromium. */
async function render(page: string, { skip }: TestContext, options: RenderOptions): Promise<RenderedPage> {
  if (browser === undefined) return skip(`Chromium is not available: ${missing}`);
  const path = join(folder, "page.html");
  writeFileSync(path, page);
  return browser.render(`file://${path}`, options);
}

/** Expects a page without horizontal scrolling, errors and requests, and a picture without large empty parts. */
function checkPage({ scrollWidth, errors, requests, screenshot }: RenderedPage, width: number): void {
  expect(errors).toEqual([]);
  expect(requests).toEqual([]);
  expect(scrollWidth).toBe(width);
  expect(longestEmptyPart(screenshot)).toBeLessThan(600);
}

/** The height of the largest part of a PNG in which all rows are equal. */
function longestEmptyPart(png: Buffer): number {
  const [width, height, bits, color] = [png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]];
  if (bits !== 8 || (color !== 2 && color !== 6)) throw new Error(`A PNG of color type ${color} with ${bits} bits.`);
  const chunks: Buffer[] = [];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
    const [size, type] = [png.readUInt32BE(at), png.toString("latin1", at + 4, at + 8)];
    if (type === "IDAT") chunks.push(png.subarray(at + 8, at + 8 + size));
  }
  const data = inflateSync(Buffer.concat(chunks));
  const size = width * (color === 6 ? 4 : 3);
  // A row that equals the one above is encoded with the filter "up", as differences of 0 (PNG, 9.2).
  const same = Buffer.concat([Buffer.of(2), Buffer.alloc(size)]);
  let [longest, equal] = [0, 0];
  for (let row = 1; row < height; row += 1) {
    equal = data.compare(same, 0, size + 1, row * (size + 1), (row + 1) * (size + 1)) === 0 ? equal + 1 : 0;
    longest = Math.max(longest, equal);
  }
  return longest;
}

const options = { version: "0.0.0", now: new Date() };

test("the check of pictures sees an empty page", async (context) => {
  const { screenshot } = await render("<!doctype html><p>Text", context, { width: 400, height: 900 });
  expect(longestEmptyPart(screenshot)).toBeGreaterThan(800);
});

describe.for([400, 1400])("a page in a window of %i pixels", (width) => {
  test("a plan of each size and with every kind of entry has no horizontal scrolling, errors, requests or empty part", async (context) => {
    const page = planPage(samplePlan, desiredOf(samplePlan), options);
    checkPage(await render(page, context, { width }), width);
    checkPage(await render(page, context, { width, height: 900, colorScheme: "dark" }), width);
    for (const count of [1, 20, 200]) {
      const [, api] = samplePlan.apps;
      const apps = Array.from({ length: count }, (_, index) => ({
        ...api!,
        app: `app-${index}`,
        service: `app-${index}`,
      }));
      const plan = { ...samplePlan, apps };
      checkPage(await render(planPage(plan, desiredOf(plan), options), context, { width, height: 900 }), width);
    }
  });

  test("names and values with markup and scripts are shown as text, and load and run nothing", async (context) => {
    const page = await render(planPage(hostilePlan, desiredOf(hostilePlan), options), context, { width, height: 900 });
    checkPage(page, width);
    expect(page.text).toContain(`<script>console.error("ran")</script>`);
  });
});

test("plan --html of an engine shows changes, an orphan with a hostile name in its labels, and no values of variables", async (context) => {
  const id = `page-${randomBytes(4).toString("hex")}`;
  const file = join(folder, "openfactory.yml");
  const write = (image: string, secret: string): void =>
    writeFileSync(
      file,
      `name: ${id}
networks: { line: { labels: ["${TEST_LABEL}=1"] } }
apps:
  web:
    uuid: ${id}-web
    image: ${image}
    command: sleep 600
    stop_grace_period: 1s
    environment: ["TOKEN=${secret}"]
    labels: ["${TEST_LABEL}=1"]
    networks: [line]
`,
    );
  const orphan = {
    Image: TEST_IMAGE,
    Labels: {
      [TEST_LABEL]: "1",
      "org.openfactory.deploy.project": id,
      "org.openfactory.deploy.app": HOSTILE,
      "org.openfactory.deploy.service": `${id}-gone`,
    },
  };
  try {
    write(TEST_IMAGE, "hunter2hunter2");
    const up = await spawnOfdeploy(["up", "-f", file]);
    expect(up, up.stderr).toMatchObject({ code: 0 });
    await engineApi("POST", `/containers/create?name=${id}-gone`, orphan);
    write(`${TEST_IMAGE.split(":")[0]}:none`, "hunter3hunter3");
    const planned = await spawnOfdeploy(["plan", "-f", file, "--html", join(folder, "plan.html")]);
    expect(planned, planned.stderr).toMatchObject({ code: 2 });
    const html = readFileSync(join(folder, "plan.html"), "utf8");
    expect(html).not.toMatch(/hunter[23]/);
    const page = await render(html, context, { width: 1400 });
    checkPage(page, 1400);
    for (const text of [`${id} on docker`, "IMAGE_NOT_FOUND", "environment.TOKEN", TEST_IMAGE, `onerror="alert(1)"`]) {
      expect(page.text).toContain(text);
    }
  } finally {
    await engineApi("DELETE", `/containers/${id}-gone?force=1`);
    await spawnOfdeploy(["down", "-f", file]);
  }
});
