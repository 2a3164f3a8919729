import type { Output } from "../io.js";
import { harmless, type Style } from "../output/style.js";
import { warningText } from "../output/warning-text.js";
import { describeEvent } from "./describe-event.js";
import type { Progress } from "./progress.js";

/** One line for each change of an app's state. */
export function plainProgress(output: Output, style: Style): Progress {
  const last = new Map<string, string>();
  return {
    observe: (event) => {
      if (event.type === "warning") output.write(warningText(event, style));
      const state = describeEvent(event);
      if (state === undefined || last.get(state.app) === state.text) return;
      last.set(state.app, state.text);
      output.write(`${harmless(`${state.app}: ${state.text}`).replace(/\n/g, " ")}\n`);
    },
    stop: () => {},
  };
}
