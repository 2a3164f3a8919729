import type { ProgressEvent } from "@openfactory/deploy-core";
import type { Observer } from "./events.js";

/** Passes a strategy's own events on as an app's; its warnings come with what it returns. */
export const progressObserver =
  (app: string, service: string, observer: Observer | undefined) =>
  (progress: ProgressEvent): void => {
    if (progress.type !== "warning") observer?.({ type: "progress", app, service, progress });
  };
