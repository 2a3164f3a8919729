import type { AppPhase, AppVerdict, DeployerEvent, Observer } from "@openfactory/deployer";
import { formatDuration } from "../output/format.js";
import type { ShownWait } from "./wait-log.js";
import { revertWords, OUTCOME_WORDS, resourceWords, ROLLBACK_WORDS, subjectOf } from "../output/outcomes.js";

/** The state of an app, or of an image that is being pulled, for a line of progress. */
export interface AppState {
  /** The name of the app, or the image. */
  app: string;
  isImage?: true;
  /** The app waits for the pull of its image. */
  isPull?: true;
  /** A few words: `pulling demo:1`, `starting`. */
  text: string;
  /** Left out if unknown. */
  replicas?: { running: number; desired: number };
  kind: "idle" | "busy" | "good" | "bad";
}

/** The text of an app that is not ready yet, without details. */
export const WAITING = "waiting until ready";

const PHASES: Readonly<Record<AppPhase, string>> = {
  blocked: "waiting for",
  deploying: "deploying",
  updating: "updating",
  replacing: "replacing",
  "rolling-back": "rolling back",
  scaling: "scaling",
  restarting: "restarting",
  stopping: "stopping",
  starting: "starting",
  waiting: WAITING,
  completing: "waiting for completion",
  removing: "removing",
  refreshing: "renewing registry credentials",
};

/** The state of an app after an event; undefined if the event shows none. */
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
      if (progress.type === "pull") return { app, text: `pulling ${progress.image}`, kind: "busy", isPull: true };
      if (progress.type === "step") return { app, text: progress.step, kind: "busy" };
      // A plugin for a later minor version of the contract may report other events.
      if (progress.type !== "waiting") return undefined;
      const { running, desired, detail } = progress;
      if (desired === 0) return { app, text: `${running} still running`, kind: "busy" };
      // Platforms report details only sometimes.
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
    case "process": {
      const { app, outcome, status } = event.verdict;
      const kind = outcome === "failed" ? "bad" : outcome === "skipped" || outcome === "unchanged" ? "idle" : "good";
      return { app, text: outcome, kind, ...(status && { replicas: status.replicas }) };
    }
    case "scale": {
      const { app, outcome, status } = event.scaled;
      return { app, text: outcome, kind: "good", ...(status && { replicas: status.replicas }) };
    }
    case "removal": {
      const { app, service, outcome } = event.removal;
      return { app: app ?? service, text: outcome, kind: outcome === "failed" ? "bad" : "good" };
    }
    case "revert": {
      const { app, state } = event.step;
      if (app === undefined) return undefined;
      return {
        app,
        text: revertWords(event.step),
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

function describeVerdict({ app, outcome, causedBy, error, status }: AppVerdict): AppState {
  const reason = causedBy === undefined ? "" : ` (${causedBy} failed)`;
  const kind = error !== undefined ? "bad" : outcome === "skipped" || outcome === "reverted" ? "idle" : "good";
  return { app, text: `${OUTCOME_WORDS[outcome]}${reason}`, kind, ...(status && { replicas: status.replicas }) };
}

/** A line for an event about a network, volume, config or secret. */
export function describeResource(event: DeployerEvent): string | undefined {
  if (event.type === "resource")
    return `${event.resource.kind} ${event.resource.name}: ${resourceWords(event.resource)}`;
  if (event.type !== "revert" || event.step.resource === undefined) return undefined;
  return `${subjectOf(event.step)}: ${revertWords(event.step)}`;
}

/** `waiting for the engine at unix:///run/docker.sock to list containers, for 4.0 s, and 2 more`. */
export function waitText({ wait, since, others }: ShownWait, now: number): string {
  const more = others > 0 ? `, and ${others} more` : "";
  return `waiting for ${wait.subject} to ${wait.action}, for ${formatDuration(now - since)}${more}`;
}

/** The apps that are being changed or waited for. */
export class BusyApps {
  readonly #apps = new Set<string>();

  get isEmpty(): boolean {
    return this.#apps.size === 0;
  }

  note({ app, kind, isImage }: AppState): void {
    if (isImage) return;
    if (kind === "busy") this.#apps.add(app);
    else this.#apps.delete(app);
  }
}

/** Shows the progress of a run. */
export interface Progress {
  observe: Observer;
  /** Prints text that stays on screen. It must end with a newline. */
  note(text: string): void;
  /** Shows a wait in place of the one before; undefined: none. */
  wait(shown: ShownWait | undefined): void;
  /** Whether an app is being changed or waited for, which is shown then. */
  isBusy(): boolean;
  /** Whether it redraws its lines, so that other texts must erase them first. */
  readonly isRedrawn: boolean;
  /** Removes drawn lines from the terminal. */
  stop(): void;
}
