import { DeploymentError } from "@openfactory/deploy-core";
import { type CommandOptions, type CommandResult, type Host, run } from "./host.js";

/** The last lines of what a command wrote about its failure. */
export const reasonOf = ({ stderr, stdout }: CommandResult): string =>
  (stderr.trim() || stdout.trim())
    .split("\n")
    .map((line) => line.replace(/^Error: /, ""))
    .filter((line) => !line.includes("level=warning"))
    .slice(-3)
    .join(" ");

/** Runs a command. @throws DeploymentError `ENGINE_UNREACHABLE` if it can't be run at all. */
export async function attempt(
  host: Host,
  words: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  try {
    return await run(host, words, options);
  } catch (error) {
    if (DeploymentError.isInstance(error)) throw error;
    throw new DeploymentError("ENGINE_UNREACHABLE", `${words[0]} can't be run on ${host.name}.`, {
      hint: "Install Podman 5.4 or later and systemd, and run the command as root.",
      cause: error,
    });
  }
}

/** Runs a command that must succeed. @throws DeploymentError `ENGINE_ERROR` with what it wrote. */
export async function must(host: Host, words: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await attempt(host, words, options);
  if (result.exitCode === 0) return result.stdout;
  if (result.exitCode === 127 || /permission denied|must be (?:superuser|root)|access denied/i.test(result.stderr)) {
    throw new DeploymentError("ENGINE_UNREACHABLE", `${words[0]} failed on ${host.name}: ${reasonOf(result)}`, {
      hint: "Install Podman 5.4 or later and systemd, and run the command as root.",
    });
  }
  const what = words.slice(0, 2).join(" ");
  throw new DeploymentError("ENGINE_ERROR", `${what} failed on ${host.name}: ${reasonOf(result)}`, {
    hint: "Check `systemctl status` and `podman info` on the machine.",
  });
}
