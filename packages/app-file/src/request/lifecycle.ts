import type { Healthcheck } from "../schema/lifecycle.js";
import { type AppContext, at, compact, type Parts, renamed } from "./part.js";

const NAMES: Readonly<Record<string, string>> = {
  Test: "test",
  Interval: "interval",
  Timeout: "timeout",
  Retries: "retries",
  StartPeriod: "start_period",
  StartInterval: "start_interval",
};

export function healthcheckPart({ entry: { healthcheck }, path }: AppContext): Parts["healthcheck"] {
  if (healthcheck == null) return undefined;
  return renamed(healthcheckValue(healthcheck), [...path, "healthcheck"], NAMES);
}

const healthcheckValue = (check: Healthcheck) =>
  check.disable === true
    ? { Test: ["NONE"] }
    : {
        Test: check.test ?? [],
        ...compact({
          Interval: check.interval,
          Timeout: check.timeout,
          Retries: check.retries,
          StartPeriod: check.start_period,
          StartInterval: check.start_interval,
        }),
      };

const CONDITIONS: Readonly<Record<string, "none" | "any" | "on-failure">> = {
  no: "none",
  always: "any",
  "unless-stopped": "any",
  "on-failure": "on-failure",
};

/** Compose's `restart`, where it is written; it says what `deploy.restart_policy` says. */
export function restartPart({ entry: { restart, deploy }, path, tell }: AppContext): Parts["restart"] {
  if (restart == null) return undefined;
  const here = [...path, "restart"];
  if (deploy?.restart_policy != null) {
    tell(here, "deploy.restart_policy says when the app is started again, too", "Keep one of them.");
  }
  const [condition = "", attempts] = restart.split(":");
  const MaxAttempts = attempts === undefined ? undefined : Number(attempts);
  return at(compact({ Condition: CONDITIONS[condition], MaxAttempts }), here);
}

/** The process's user, `UID:GID`: both ids, or neither. */
export function userPart({ entry, path, tell }: AppContext): Parts["user"] {
  const { runtime_uid: uid, runtime_gid: gid } = entry;
  if (uid == null && gid == null) return undefined;
  if (uid != null && gid != null) return at(`${uid}:${gid}`, [...path, "runtime_uid"]);
  const [there, missing] = uid == null ? ["runtime_gid", "runtime_uid"] : ["runtime_uid", "runtime_gid"];
  tell([...path, there], `it needs ${missing}, too`, `Add ${missing}, or leave both out.`);
  return undefined;
}
