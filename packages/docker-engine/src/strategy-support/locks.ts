import { hash } from "node:crypto";
import type { LockHolder } from "@openfactory/deploy-core";

type Labels = Readonly<Record<string, string>>;

/** The label of the object that is a lock: the lock's name. */
export const LOCK_LABEL = "org.openfactory.deploy.lock";
const HOLDER_LABEL = `${LOCK_LABEL}.holder`;
const OWNER_LABEL = `${LOCK_LABEL}.owner`;
const SINCE_LABEL = `${LOCK_LABEL}.since`;

/** The labels of the object that is a lock. */
export const lockLabels = (name: string, { id, owner, since }: LockHolder): Record<string, string> => ({
  [LOCK_LABEL]: name,
  [HOLDER_LABEL]: id,
  [OWNER_LABEL]: owner,
  [SINCE_LABEL]: since,
});

/** The holder of a lock, by the labels of its object. The id is empty if the object lacks the labels. */
export const lockHolder = (labels: Labels | null | undefined): LockHolder => ({
  id: labels?.[HOLDER_LABEL] ?? "",
  owner: labels?.[OWNER_LABEL] ?? "another process",
  since: labels?.[SINCE_LABEL] ?? "",
});

/**
 * The name of the object that is a lock. A lock may have any name; names of volumes allow few characters, and names of configs
 * at most 64.
 */
export const lockObjectName = (name: string): string => `openfactory-lock-${hash("sha256", name).slice(0, 32)}`;
