import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { findChromium } from "./chromium.js";
import { TestEngineError } from "./errors-and-log.js";
import { settings } from "./settings.js";

/** A page as a browser shows it. */
export interface RenderedPage {
  /** The width of the content, in CSS pixels. More than the window: the page scrolls horizontally. */
  readonly scrollWidth: number;
  readonly height: number;
  /** Errors of the console, of the content security policy and of scripts. */
  readonly errors: readonly string[];
  /** Addresses of all requests, without the page itself. */
  readonly requests: readonly string[];
  /** The text of the page, as it is shown. */
  readonly text: string;
  /** The whole page as PNG. */
  readonly screenshot: Buffer;
}

export interface RenderOptions {
  /** In CSS pixels. */
  readonly width: number;
  /** Height of the screenshot. Default: the whole page. */
  readonly height?: number;
  /** Default: light. */
  readonly colorScheme?: "light" | "dark";
}

/** A headless Chromium. */
export interface Browser {
  /** Loads an address, such as one of `file:`, in a new page. */
  render(url: string, options: RenderOptions): Promise<RenderedPage>;
  close(): Promise<void>;
}

/**
 * Starts headless Chromium with a temporary profile. Messages go through a pipe, so that no port is opened.
 * @throws TestEngineError as `findChromium`, or if it doesn't start.
 */
export async function startBrowser(): Promise<Browser> {
  const { path, env } = await findChromium();
  const profile = mkdtempSync(join(settings().run, "browser-"));
  const flags = [
    "--headless",
    "--remote-debugging-pipe",
    `--user-data-dir=${profile}`,
    "--hide-scrollbars",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    // A root user can't use the sandbox. Tests load only pages that they wrote.
    "--no-sandbox",
    "--no-first-run",
    "about:blank",
  ];
  const child = spawn(path, flags, {
    env: { ...process.env, ...env, HOME: profile },
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
  });
  const devtools = connect(child);
  const close = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once("close", resolve));
    if (child.exitCode === null && child.kill("SIGKILL")) await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await devtools.call("Browser.getVersion");
  } catch (error) {
    await close();
    throw error;
  }
  return { render: (url, options) => render(devtools, url, options), close };
}

type Json = Record<string, unknown>;
interface DevtoolsEvent {
  method: string;
  params: Json;
  sessionId?: string;
}

/** The DevTools protocol: JSON messages that end with a zero byte. */
interface Devtools {
  call(method: string, params?: Json, sessionId?: string): Promise<Json>;
  /** Returns a function that stops listening. */
  listen(sessionId: string, listener: (event: DevtoolsEvent) => void): () => void;
}

function connect(child: ChildProcess): Devtools {
  const input = child.stdio[3] as Writable;
  const pending = new Map<number, { resolve: (result: Json) => void; reject: (error: Error) => void }>();
  const listeners = new Set<(event: DevtoolsEvent) => void>();
  let last = 0;
  let rest = "";
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr = `${stderr}${text}`.slice(-2_000)));
  const fail = (reason: string): void => {
    for (const { reject } of pending.values()) reject(new TestEngineError(`Chromium ${reason}. ${stderr}`));
    pending.clear();
  };
  child.on("error", (error) => fail(`did not start: ${error.message}`));
  child.on("close", (code) => fail(`ended with exit code ${code}`));
  input.on("error", () => {});
  (child.stdio[4] as Readable).setEncoding("utf8").on("data", (text: string) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop() ?? "";
    for (const each of messages) {
      const message = JSON.parse(each) as { id?: number; result?: Json; error?: { message: string } } & DevtoolsEvent;
      if (message.id === undefined) {
        for (const listener of listeners) listener(message);
        continue;
      }
      const call = pending.get(message.id);
      pending.delete(message.id);
      if (message.error) call?.reject(new TestEngineError(`Chromium: ${message.error.message}`));
      else call?.resolve(message.result ?? {});
    }
  });
  return {
    call: (method, params = {}, sessionId = undefined) =>
      new Promise((resolve, reject) => {
        last += 1;
        pending.set(last, { resolve, reject });
        input.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
      }),
    listen(sessionId, listener) {
      const own = (event: DevtoolsEvent): void => {
        if (event.sessionId === sessionId) listener(event);
      };
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}

async function render(devtools: Devtools, url: string, options: RenderOptions): Promise<RenderedPage> {
  const { width, height = 900, colorScheme = "light" } = options;
  const { targetId } = await devtools.call("Target.createTarget", { url: "about:blank" });
  const { sessionId } = (await devtools.call("Target.attachToTarget", { targetId, flatten: true })) as {
    sessionId: string;
  };
  const call = (method: string, params?: Json): Promise<Json> => devtools.call(method, params, sessionId);
  const evaluate = async (expression: string): Promise<unknown> =>
    ((await call("Runtime.evaluate", { expression, returnByValue: true }))["result"] as Json)["value"];
  const errors: string[] = [];
  const requests: string[] = [];
  const loaded = Promise.withResolvers<void>();
  const stop = devtools.listen(sessionId, ({ method, params }) => {
    if (method === "Page.loadEventFired") loaded.resolve();
    if (method === "Network.requestWillBeSent") requests.push((params["request"] as { url: string }).url);
    if (method === "Log.entryAdded") errors.push((params["entry"] as { text: string }).text);
    if (method === "Runtime.exceptionThrown") errors.push(JSON.stringify(params["exceptionDetails"]));
    if (method === "Runtime.consoleAPICalled") errors.push(`console.${String(params["type"])}`);
  });
  try {
    for (const domain of ["Page", "Network", "Log", "Runtime"]) await call(`${domain}.enable`);
    await call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    await call("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: colorScheme }],
    });
    await call("Page.navigate", { url });
    await loaded.promise;
    const measured = (await evaluate(
      "({ scrollWidth: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight, text: document.body.innerText })",
    )) as Pick<RenderedPage, "scrollWidth" | "height" | "text">;
    const shown = { x: 0, y: 0, width, height: options.height ?? measured.height, scale: 1 };
    const { data } = await call("Page.captureScreenshot", { clip: shown, captureBeyondViewport: true });
    const others = requests.filter((each) => each !== url);
    return { ...measured, errors, requests: others, screenshot: Buffer.from(String(data), "base64") };
  } finally {
    stop();
    await devtools.call("Target.closeTarget", { targetId });
  }
}
