import type { Output } from "../io.js";
import type { Style } from "../output/style.js";
import { warningText } from "../output/warning-text.js";
import { type AppState, describeEvent } from "./describe-event.js";
import type { Progress } from "./progress.js";
import { PullLines } from "./pull-lines.js";
import { type Line, render } from "./render-lines.js";

const REDRAW_MS = 100;
/** Events with which an app has come to its end. */
const ENDS: ReadonlySet<string> = new Set(["verdict", "removal", "rollback", "scale", "refresh"]);

/**
 * One line per app, and per image that is being pulled, drawn anew in place; with more of them than rows, those under way
 * and the count of all.
 */
export function liveProgress(output: Output, style: Style): Progress {
  const lines = new Map<string, Line>();
  const pulls = new PullLines();
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
  const set = (state: AppState, isEnd: boolean, replicas = state.replicas): void => {
    const began = lines.get(state.app)?.began ?? Date.now();
    lines.set(state.app, { ...state, replicas, began, ended: isEnd ? Date.now() : undefined });
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
      if (state !== undefined) {
        // How many run is told while they are waited for, and of what they came to; in between it holds.
        const before = event.type === "progress" ? lines.get(state.app)?.replicas : undefined;
        set(state, ENDS.has(event.type), state.replicas ?? before);
      }
      for (const image of pulls.note(event)) set(image, image.kind !== "busy");
    },
    note,
    stop: () => {
      clearInterval(timer);
      output.write(erase());
      drawn = 0;
    },
  };
}
