import type { DeployerEvent } from "@openfactory/deployer";
import type { Output } from "../io.js";
import { writeJson } from "../output/json-lines.js";
import type { Progress } from "./progress.js";

/** Every event as one line of JSON; what is for people goes to `notes`. */
export const jsonProgress = (output: Output, notes: Output): Progress => ({
  observe: (event) => writeJson(output, event.type, fieldsOf(event)),
  note: (text) => notes.write(text),
  stop: () => {},
});

function fieldsOf(event: DeployerEvent): object {
  switch (event.type) {
    case "plan":
      return event.plan;
    case "phase": {
      const { app, service, phase, detail } = event;
      return { app, service, phase, detail };
    }
    case "progress": {
      const { type, service, ...progress } = event.progress;
      return { app: event.app, service, kind: type, ...progress };
    }
    case "warning":
      return { app: event.app, ...event.warning };
    case "verdict":
      return event.verdict;
    case "removal":
      return event.removal;
    case "rollback":
      return event.verdict;
    case "scale":
      return event.scaled;
    case "lock":
      return event.lock;
    case "resource":
      return event.resource;
    case "compensate":
      return event.step;
    case "refresh":
      return event.refresh;
  }
}
