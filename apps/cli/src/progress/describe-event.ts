import type { AppPhase, AppVerdict, DeployerEvent } from "@openfactory/deployer";
import { compensationWords, subjectOf } from "../output/compensation-text.js";
import { OUTCOME_WORDS, ROLLBACK_WORDS } from "../output/outcome-words.js";
import { resourceWords } from "../output/resources-text.js";

/** How an app stands, or an image that apps wait for, for a line of progress. */
export interface AppState {
  /** The app's name, or the image. */
  app: string;
  isImage?: true;
  /** A few words: `pulling demo:1`, `starting`. */
  text: string;
  /** How many replicas run, and how many should, where that is known. */
  replicas?: { running: number; desired: number };
  kind: "idle" | "busy" | "good" | "bad";
}

/** Said of what is waited for while nothing more is known. */
export const WAITING = "waiting until it is ready";

const PHASES: Readonly<Record<AppPhase, string>> = {
  blocked: "waits for",
  deploying: "deploying",
  updating: "updating",
  replacing: "removing, to be made anew",
  "rolling-back": "going back to the version before",
  scaling: "scaling",
  waiting: WAITING,
  completing: "waiting until it has completed",
  removing: "removing",
  refreshing: "renewing its registry credentials",
};

/** What an event says of an app; undefined: nothing that a line would show. */
export function describeEvent(event: DeployerEvent): AppState | undefined {
  switch (event.type) {
    case "phase": {
      const { app, phase, detail } = event;
      return {
        app,
        text: detail === undefined ? PHASES[phase] : `${PHASES[phase]} ${detail}`,
        kind: phase === "blocked" ? "idle" : "busy",
      };
    }
    case "progress": {
      const { app, progress } = event;
      if (progress.type === "pull") return { app, text: `pulling ${progress.image}`, kind: "busy" };
      if (progress.type === "step") return { app, text: progress.step, kind: "busy" };
      const { running, desired, detail } = progress;
      if (desired === 0) return { app, text: `${running} still running`, kind: "busy" };
      // Not every platform knows more, and not at every moment.
      const text = !detail || detail === "running" ? WAITING : detail;
      return { app, text, replicas: { running, desired }, kind: "busy" };
    }
    case "verdict":
      return describeVerdict(event.verdict);
    case "rollback": {
      const { app, outcome, status } = event.verdict;
      const kind = outcome === "failed" ? "bad" : outcome === "skipped" || outcome === "no-previous" ? "idle" : "good";
      return { app, text: ROLLBACK_WORDS[outcome], kind, ...(status && { replicas: status.replicas }) };
    }
    case "scale": {
      const { app, outcome, status } = event.scaled;
      return { app, text: outcome, kind: "good", ...(status && { replicas: status.replicas }) };
    }
    case "removal": {
      const { app, service, outcome } = event.removal;
      return { app: app ?? service, text: outcome, kind: outcome === "failed" ? "bad" : "good" };
    }
    case "compensate": {
      const { app, state } = event.step;
      if (app === undefined) return undefined;
      return {
        app,
        text: compensationWords(event.step),
        kind: state === "begun" ? "busy" : state === "done" ? "idle" : "bad",
      };
    }
    case "refresh": {
      const { app, service, outcome } = event.refresh;
      return {
        app: app ?? service,
        text: outcome,
        kind: outcome === "failed" ? "bad" : outcome === "renewed" ? "good" : "idle",
      };
    }
    default:
      return undefined;
  }
}

function describeVerdict({ app, outcome, because, error, status }: AppVerdict): AppState {
  const why = because === undefined ? "" : ` (${because} failed)`;
  const kind = error !== undefined ? "bad" : outcome === "skipped" || outcome === "put-back" ? "idle" : "good";
  return { app, text: `${OUTCOME_WORDS[outcome]}${why}`, kind, ...(status && { replicas: status.replicas }) };
}

/** What an event says of a network, volume, config or secret, as a line. */
export function describeResource(event: DeployerEvent): string | undefined {
  if (event.type === "resource")
    return `${event.resource.kind} ${event.resource.name}: ${resourceWords(event.resource)}`;
  if (event.type !== "compensate" || event.step.resource === undefined) return undefined;
  return `${subjectOf(event.step)}: ${compensationWords(event.step)}`;
}
