import { lstatSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import type { Policy, PolicyOptions } from "@openfactory/deployer";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/context.js";

/**
 * The policy files that are in force: that of the machine, `OFDEPLOY_POLICY` and those of `--policy`. Each is a further
 * restriction, so that no option of a user weakens the policy of the machine.
 */
export const policyFiles = (
  { policy = [] }: Pick<GlobalOptions, "policy">,
  { env, cwd, machinePolicy }: Pick<Io, "env" | "cwd" | "machinePolicy">,
): string[] => {
  const given = [env["OFDEPLOY_POLICY"] ?? "", ...policy].filter((path) => path !== "");
  return [
    ...(machinePolicy === undefined || isMissing(machinePolicy) ? [] : [machinePolicy]),
    ...given.map((path) => (isAbsolute(path) ? path : join(cwd, path))),
  ];
};

/** A file that can't be read exists: its rules must not be skipped. */
function isMissing(path: string): boolean {
  try {
    lstatSync(path);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

/** The policies for the deployer. Reads nothing before an operation that deploys. */
export const sitePolicy = (files: readonly string[], { env }: Pick<Io, "env">): PolicyOptions => {
  let read: Promise<Policy[]> | undefined;
  return {
    policies: () => (read ??= readPolicies(files)),
    verifyImage: async (image, keys, options) => {
      const { verifyImage } = await import("./verify-images.js");
      return verifyImage(image, keys, env, options);
    },
  };
};

/** @throws DeploymentError `INVALID_FILE` for a policy that can't be read: no operation continues without it. */
async function readPolicies(files: readonly string[]): Promise<Policy[]> {
  const { readPolicy } = await import("@openfactory/app-file");
  try {
    return await Promise.all(files.map(readPolicy));
  } catch (error) {
    if (!DeploymentError.isInstance(error)) throw error;
    throw new DeploymentError(error.code, `The policy can't be applied, so nothing was changed. ${error.message}`, {
      ...error,
      issues: [...error.issues],
      cause: error.cause,
    });
  }
}
