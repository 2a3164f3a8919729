import type { Output } from "../io.js";
import type { Style } from "../output/style.js";
import { warningText } from "../output/warning-text.js";
import { describeEvent } from "./describe-event.js";
import type { Progress } from "./progress.js";
import { PullMeter } from "./pull-meter.js";
import { type Line, render } from "./render-lines.js";

const REDRAW_MS = 100;
/** Events with which an app has come to its end. */
const ENDS: ReadonlySet<string> = new Set(["verdict", "removal", "rollback"]);

/** One line per app, drawn anew in place; with more apps than rows, those under way and the count of the rest. */
export function liveProgress(output: Output, style: Style): Progress {
  const lines = new Map<string, Line>();
  const pulls = new PullMeter();
  let drawn = 0;
  let frame = 0;

  const erase = (): string => (drawn === 0 ? "" : `\u001b[${drawn}A\r\u001b[J`);
  const draw = (): void => {
    const shown = render([...lines.values()], { columns: output.columns ?? 80, rows: output.rows ?? 24, frame, style });
    output.write(`${erase()}${shown.map((line) => `${line}\n`).join("")}`);
    drawn = shown.length;
    frame += 1;
  };
  /** Above the lines, where it stays. */
  const note = (text: string): void => {
    output.write(`${erase()}${text}`);
    drawn = 0;
    draw();
  };
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();

  return {
    observe: (event) => {
      if (event.type === "plan") {
        for (const { app } of event.plan.apps) lines.set(app, { app, text: "", kind: "idle", began: Date.now() });
      }
      if (event.type === "warning") note(warningText(event, style));
      const state = describeEvent(event);
      if (state === undefined) return;
      const pulled = event.type === "progress" ? pulls.note(event) : undefined;
      const before = lines.get(state.app);
      lines.set(state.app, {
        // How many run is told while they are waited for, and of what they came to; in between it holds.
        ...(event.type === "progress" && { replicas: before?.replicas }),
        ...state,
        text: pulled === undefined ? state.text : `${state.text} ${pulled}`,
        began: before?.began ?? Date.now(),
        ended: ENDS.has(event.type) ? Date.now() : undefined,
      });
    },
    note,
    stop: () => {
      clearInterval(timer);
      output.write(erase());
      drawn = 0;
    },
  };
}
