import { compareVersions } from "../version.js";

/**
 * The version of the contract for plugins, as `major.minor`. A new minor version adds to the contract, and plugins for earlier
 * ones work unchanged. A new major version breaks plugins.
 */
export const CONTRACT_VERSION = "1.0";

/** The versions of the contract that a plugin works with. `to` is the latest one that its author knew. */
export interface ContractRange {
  readonly from: string;
  readonly to: string;
}

const VERSION = /^(?:0|[1-9]\d{0,3})\.(?:0|[1-9]\d{0,3})$/;

const majorOf = (version: string): string => version.slice(0, version.indexOf("."));

/**
 * Reads a plugin's `contractVersion`: `1.2`, a range `1.0 - 1.2`, or the number 1 of plugins from before minor versions.
 * @returns undefined for any other value, and for a range that is reversed or has two major versions.
 */
export function parseContractRange(declared: unknown): ContractRange | undefined {
  if (typeof declared === "number") return parseContractRange(Number.isInteger(declared) ? `${declared}.0` : undefined);
  if (typeof declared !== "string") return undefined;
  const [from = "", to = from, ...rest] = declared.split(" - ");
  if (rest.length > 0 || !VERSION.test(from) || !VERSION.test(to)) return undefined;
  return majorOf(from) === majorOf(to) && compareVersions(from, to) <= 0 ? { from, to } : undefined;
}

/** A range as plugins declare it. */
export const formatContractRange = ({ from, to }: ContractRange): string => (from === to ? from : `${from} - ${to}`);

/** Why a plugin can't be used, as a clause, and what to do. */
export interface VersionProblem {
  readonly problem: string;
  readonly hint: string;
}

/**
 * Checks whether a plugin works with this contract.
 * @param host the version of the contract on the side of the caller.
 * @returns undefined if it does.
 */
export function contractProblem(declared: unknown, host: string = CONTRACT_VERSION): VersionProblem | undefined {
  const range = parseContractRange(declared);
  if (range === undefined) {
    // JSON, since the value can be anything.
    const value = declared === undefined ? "undefined" : (JSON.stringify(declared)?.slice(0, 60) ?? typeof declared);
    return {
      problem: `its contractVersion ${value} is neither a version such as "${host}" nor a range such as "${majorOf(host)}.0 - ${host}"`,
      hint: "This is a bug in the plugin; report it to the plugin's author.",
    };
  }
  const versions = `it is built for contract version ${formatContractRange(range)}, and ofdeploy has version ${host}`;
  if (majorOf(range.from) !== majorOf(host)) {
    const isNewer = compareVersions(range.from, host) > 0;
    const [newer, older] = isNewer ? ["ofdeploy", "the plugin"] : ["the plugin", "ofdeploy"];
    return {
      problem: `${versions}: the major versions must be equal`,
      hint: `Install a newer version of ${newer}, or an older version of ${older}.`,
    };
  }
  if (compareVersions(range.from, host) <= 0) return undefined;
  return {
    problem: `${versions}: it requires ${range.from} or later`,
    hint: "Install a newer version of ofdeploy, or an older version of the plugin.",
  };
}
