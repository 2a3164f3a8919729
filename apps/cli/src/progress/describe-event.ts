import type { DeployerEvent } from "@openfactory/deployer";

/** How an app stands, or an image that apps wait for, for a line of progress. */
export interface AppState {
  /** The app's name, or the image. */
  app: string;
  isImage?: true;
  /** A few words: `pulling demo:1`, `1/2 running, starting`. */
  text: string;
  kind: "idle" | "busy" | "good" | "bad";
}

const PHASES = {
  blocked: "waits for",
  deploying: "deploying",
  waiting: "waiting until it is ready",
  completing: "waiting until it has completed",
  removing: "removing",
  refreshing: "renewing its registry credentials",
} as const;

/** What an event says of an app; undefined: nothing that a line would show. */
export function describeEvent(event: DeployerEvent): AppState | undefined {
  switch (event.type) {
    case "phase": {
      const { app, phase, detail } = event;
      return { app, text: detail === undefined ? PHASES[phase] : `${PHASES[phase]} ${detail}`, kind: phase === "blocked" ? "idle" : "busy" };
    }
    case "progress": {
      const { app, progress } = event;
      if (progress.type === "pull") return { app, text: `pulling ${progress.image}`, kind: "busy" };
      if (progress.type === "step") return { app, text: progress.step, kind: "busy" };
      const { running, desired, detail } = progress;
      return { app, text: `${running}/${desired} running${detail && detail !== "running" ? `, ${detail}` : ""}`, kind: "busy" };
    }
    case "verdict": {
      const { app, outcome, because, error } = event.verdict;
      const why = because === undefined ? "" : ` (${because} failed)`;
      return { app, text: `${outcome}${why}`, kind: error !== undefined ? "bad" : outcome === "skipped" || outcome === "put-back" ? "idle" : "good" };
    }
    case "removal": {
      const { app, service, outcome } = event.removal;
      return { app: app ?? service, text: outcome, kind: outcome === "failed" ? "bad" : "good" };
    }
    case "refresh": {
      const { app, service, outcome } = event.refresh;
      return { app: app ?? service, text: outcome, kind: outcome === "failed" ? "bad" : outcome === "renewed" ? "good" : "idle" };
    }
    default:
      return undefined;
  }
}
