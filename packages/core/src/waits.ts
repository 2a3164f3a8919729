import { channel } from "node:diagnostics_channel";

/**
 * Something outside of this process that it waits for: an engine, a registry, a program, a plugin. Reads as "waiting for
 * `subject` to `action`". Both texts are shown to users, so they contain no secrets: no query strings, headers or values.
 */
export interface Wait {
  /** With its article: `the engine at unix:///run/docker.sock`. */
  readonly subject: string;
  /** An infinitive: `list containers`. */
  readonly action: string;
  /**
   * Of several waits at the same time, the most specific one explains the others:
   * - `connection`: opening a connection
   * - `call`: one call, or the end of one program
   * - `operation`: an operation of a strategy or another plugin, which may make many calls
   * - `command`: a part of a command
   */
  readonly level: "connection" | "call" | "operation" | "command";
  /** The subject may ask for a password or a confirmation on the terminal. Default: false. */
  readonly mayPrompt?: boolean;
}

/** Receives each wait when it begins and when it is over, as the same object. */
export type WaitObserver = (wait: Wait, isOver: boolean) => void;

/** By name, so that plugins with their own copy of this package share it. */
const waits = channel("openfactory.deploy.waits");

/**
 * Reports that a wait begins, to every observer of this process.
 * @returns a function that reports its end. Calling it again has no effect.
 */
export function beginWait(wait: Wait): () => void {
  if (!waits.hasSubscribers) return () => {};
  // A copy, because the same object may be passed for several waits.
  const begun = { ...wait };
  waits.publish({ wait: begun, isOver: false });
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    waits.publish({ wait: begun, isOver });
  };
}

/** Reports a wait for the duration of `work`, and returns its outcome. */
export async function whileWaiting<Result>(wait: Wait, work: () => Promise<Result>): Promise<Result> {
  const end = beginWait(wait);
  try {
    return await work();
  } finally {
    end();
  }
}

/**
 * Calls `observer` for the waits of this process.
 * @returns a function that stops it.
 */
export function observeWaits(observer: WaitObserver): () => void {
  const onMessage = (message: unknown): void => {
    const { wait, isOver } = message as { wait: Wait; isOver: boolean };
    observer(wait, isOver);
  };
  waits.subscribe(onMessage);
  return () => void waits.unsubscribe(onMessage);
}
