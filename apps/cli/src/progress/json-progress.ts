import type { DeployerEvent } from "@openfactory/deployer";
import type { Output } from "../io.js";
import { writeJson } from "../output/json-lines.js";
import type { Progress } from "./progress.js";

/** Every event as one line of JSON. */
export const jsonProgress = (output: Output): Progress => ({
  observe: (event) => writeJson(output, event.type, fieldsOf(event)),
  stop: () => {},
});

function fieldsOf(event: DeployerEvent): object {
  switch (event.type) {
    case "plan": {
      const { project, steps, orphans } = event.plan;
      return {
        project,
        steps: steps.map(({ app, service, action }) => ({ app, service, action })),
        orphans: orphans.map(({ name }) => name),
      };
    }
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
    case "refresh":
      return event.refresh;
  }
}
