import { expect, test } from "vitest";
import { CapturedOutput } from "../testing/run-ofdeploy.js";
import { liveProgress, render } from "./live-progress.js";

const plain = (_: unknown, text: string): string => text;
const line = (app: string, kind: "idle" | "busy" | "good" | "bad", text = "deploying") => ({
  app,
  kind,
  text,
  began: Date.now(),
  ended: kind === "good" ? Date.now() : undefined,
});

test("no line is wider than the terminal", () => {
  const lines = [line("a-very-long-name-of-an-app-indeed", "busy", "x".repeat(300)), line("b", "good", "running")];
  for (const columns of [40, 80, 200]) {
    const drawn = render(lines, { columns, rows: 24, frame: 0, style: plain });
    expect(drawn).toHaveLength(2);
    for (const text of drawn) expect(text.length).toBeLessThan(columns);
  }
});

test("a long name keeps its beginning, a long image its end", () => {
  const image = { ...line("registry.example.com:5000/plant/team/mill:1.4", "busy"), isImage: true as const };
  const drawn = render([line("a-very-long-name-of-an-app-indeed", "busy"), image], { columns: 60, rows: 24, frame: 0, style: plain });
  expect(drawn[0]).toContain("a-very-long-name-...");
  expect(drawn[1]).toContain("...ant/team/mill:1.4");
});

test("200 apps fit into a window: what is under way first, the rest counted", () => {
  const lines = Array.from({ length: 200 }, (_, index) => line(`app${index}`, index === 150 ? "bad" : index % 2 ? "good" : "busy"));
  const drawn = render(lines, { columns: 80, rows: 20, frame: 0, style: plain });
  expect(drawn).toHaveLength(18);
  expect(drawn[0]).toContain("app150");
  expect(drawn.at(-1)).toContain("200 apps in all, 100 done");
});

test("leaves nothing drawn when it stops, and warnings above", () => {
  const output = new CapturedOutput({ isTTY: true, columns: 80 });
  const progress = liveProgress(output, plain);
  progress.observe({ type: "phase", app: "web", service: "web", phase: "deploying" });
  progress.observe({ type: "warning", app: "web", warning: { code: "ORPHAN", reason: "It is left." } });
  progress.stop();
  expect(output.text).toContain("warning[ORPHAN] web: It is left.\n");
  expect(output.text.endsWith("\u001b[1A\r\u001b[J")).toBe(true);
});
