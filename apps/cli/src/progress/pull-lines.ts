import type { DeployerEvent } from "@openfactory/deployer";
import type { AppState } from "./describe-event.js";
import { type PullProgress, PullTally } from "./pull-tally.js";

interface Pull {
  tally: PullTally;
  /** Apps that wait for it. */
  apps: Set<string>;
}

/** One line for each image that is being pulled, however many apps wait for it. */
export class PullLines {
  readonly #pulls = new Map<string, Pull>();

  /** How the images stand that an event says something of. */
  note(event: DeployerEvent): AppState[] {
    if (event.type === "verdict") return this.#given(event.verdict.app);
    if (event.type !== "progress" || event.progress.type !== "pull") return [];
    const { app, progress } = event;
    const { image } = progress;
    const pull = this.#pullOf(image, progress);
    pull.apps.add(app);
    pull.tally.note(progress);
    const { isDone } = pull.tally;
    return [{ app: image, isImage: true, text: pull.tally.text(), kind: isDone ? "good" : "busy" }];
  }

  /** The pull that is under way; one that begins after another has ended counts anew. */
  #pullOf(image: string, { status }: PullProgress): Pull {
    const found = this.#pulls.get(image);
    if (found !== undefined && !(found.tally.isDone && status.startsWith("Pulling from"))) return found;
    const begun = { tally: new PullTally(), apps: new Set<string>() };
    this.#pulls.set(image, begun);
    return begun;
  }

  /** What an app was waiting for when it came to its end, and no other app waits for, was not pulled. */
  #given(app: string): AppState[] {
    return [...this.#pulls].flatMap(([image, { apps, tally }]): AppState[] => {
      if (tally.isDone || !apps.delete(app) || apps.size > 0) return [];
      this.#pulls.delete(image);
      return [{ app: image, isImage: true, text: "not pulled", kind: "bad" }];
    });
  }
}
