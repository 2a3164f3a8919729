import type { Output } from "../io.js";
import { harmless, type Style } from "../output/style.js";
import { warningText } from "../output/warning-text.js";
import { type AppState, describeEvent, describeResource, WAITING } from "./describe-event.js";
import type { Progress } from "./progress.js";

/** One line for each change of an app's state, and for each resource. */
export function plainProgress(output: Output, style: Style): Progress {
  const last = new Map<string, string>();
  const write = (line: string): void => output.write(`${harmless(line).replace(/\n/g, " ")}\n`);
  return {
    observe: (event) => {
      if (event.type === "warning") output.write(warningText(event, style));
      const resource = describeResource(event);
      if (resource !== undefined) write(resource);
      const state = describeEvent(event);
      if (state === undefined || last.get(state.app) === textOf(state)) return;
      last.set(state.app, textOf(state));
      write(`${state.app}: ${textOf(state)}`);
    },
    note: (text) => output.write(text),
    stop: () => {},
  };
}

/** `0/1 running, starting`; how many run at the end is in the table that follows. */
const textOf = ({ text, replicas, kind }: AppState): string => {
  if (replicas === undefined || kind !== "busy") return text;
  return `${replicas.running}/${replicas.desired} running${text === WAITING ? "" : `, ${text}`}`;
};
