import type { Clause, Section } from "./clause.js";
import { abortSection } from "./clauses/aborts.js";
import { concurrencySection, ownershipSection } from "./clauses/concurrency.js";
import { deploySection } from "./clauses/deploy.js";
import { errorSection, observerSection } from "./clauses/errors.js";
import { lifecycleSection } from "./clauses/fields-lifecycle.js";
import { networkSection, placementSection, storageSection } from "./clauses/fields-placement.js";
import { environmentSection, imageSection, processSection } from "./clauses/fields-process.js";
import { inspectSection, listSection, settingsSection } from "./clauses/inspect.js";
import { manifestSection } from "./clauses/manifest.js";
import { nameSection } from "./clauses/names.js";
import { operationsSection } from "./clauses/operations.js";
import { pluginSection } from "./clauses/plugins.js";
import { removeSection } from "./clauses/remove.js";
import { requestSection, supportSection } from "./clauses/request.js";
import {
  diagnoseSection,
  elsewhereSection,
  lockSection,
  preflightSection,
  resourceSection,
} from "./clauses/resources.js";
import {
  authSection,
  execSection,
  replicaSection,
  restartSection,
  scaleSection,
  stopSection,
} from "./clauses/scale-and-processes.js";
import { secrecySection } from "./clauses/secrecy.js";
import { failedUpdateSection, revisionSection, rollbackSection, updateSection } from "./clauses/update.js";
import { followSection, logsSection, waitSection } from "./clauses/wait-and-logs.js";

/** The contract of all strategies, topic by topic. */
export const sections: readonly Section[] = [
  manifestSection,
  operationsSection,
  requestSection,
  supportSection,
  imageSection,
  environmentSection,
  processSection,
  networkSection,
  placementSection,
  storageSection,
  lifecycleSection,
  deploySection,
  removeSection,
  nameSection,
  errorSection,
  observerSection,
  abortSection,
  secrecySection,
  concurrencySection,
  ownershipSection,
  inspectSection,
  listSection,
  settingsSection,
  waitSection,
  logsSection,
  followSection,
  updateSection,
  revisionSection,
  failedUpdateSection,
  rollbackSection,
  scaleSection,
  replicaSection,
  restartSection,
  stopSection,
  execSection,
  authSection,
  resourceSection,
  preflightSection,
  diagnoseSection,
  lockSection,
  elsewhereSection,
  pluginSection,
];

/** Every clause of the contract, in the order of the specification. */
export const clauses: readonly Clause[] = sections.flatMap((section) => section.clauses);

/** An expression for the names that a pattern of {@link Clause.cases} stands for. */
export const casePattern = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
      .join("[^]*")}$`,
  );

/** A function that finds the clauses that a case tests, in their order. */
export function clausesOfCases(clauses: readonly Clause[]): (caseName: string) => Clause[] {
  const all = clauses.map((clause) => ({ clause, patterns: clause.cases.map(casePattern) }));
  return (caseName) =>
    all.filter(({ patterns }) => patterns.some((one) => one.test(caseName))).map(({ clause }) => clause);
}

const clausesOfContract = clausesOfCases(clauses);

/** The ids of the clauses that a case tests, in the order of the specification; empty if it is no case of the contract. */
export const clausesOf = (caseName: string): string[] => clausesOfContract(caseName).map(({ id }) => id);
