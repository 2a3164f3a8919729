import { spawn } from "node:child_process";
import { DEMO } from "./demo-settings.mjs";
import { root, toolEnvironment } from "./root.mjs";
import { StepError } from "./step.mjs";

/**
 * Runs `ofdeploy <command>` with the example file on local Docker, with output to the terminal. Detached from the terminal's
 * Ctrl-C, so that `signal` interrupts it once. Throws StepError if it fails.
 */
export function ofdeploy(host, command, { signal } = {}) {
  const args = ["apps/cli/bin/ofdeploy.js", ...command, "--platform", "docker", "--file", DEMO.file];
  const env = { ...toolEnvironment, DOCKER_HOST: host };
  delete env.DOCKER_CONTEXT;
  delete env.DEPLOYMENT_PLATFORM;
  console.log(`  $ node ${args.join(" ")}`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env,
      stdio: ["ignore", "inherit", "inherit"],
      detached: true,
    });
    const interrupt = () => child.kill("SIGINT");
    signal?.addEventListener("abort", interrupt);
    child.on("error", reject);
    child.on("close", (code) => {
      signal?.removeEventListener("abort", interrupt);
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else reject(new StepError(`\`ofdeploy ${command.join(" ")}\` failed with exit code ${code}.`));
    });
  });
}
