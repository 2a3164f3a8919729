import type { DesiredApp } from "../desired.js";
import { FORMAT_LABEL } from "../ownership/labels.js";

/** The version of services that have no label: releases of that time wrote none. */
const FIRST_FORMAT = 1;

/**
 * Why a service may differ from its file though the file is the same: another release of this tool made the request by
 * other rules. Undefined: the rules are the same, or the request was not made from a file.
 */
export function releaseReason(labels: Readonly<Record<string, string>>, { format }: DesiredApp): string | undefined {
  if (format === undefined) return undefined;
  const deployed = Number(labels[FORMAT_LABEL] ?? FIRST_FORMAT);
  if (deployed === format) return undefined;
  return `It was deployed by ${deployed < format ? "an earlier" : "a later"} release of ofdeploy, which set other variables and labels.`;
}
