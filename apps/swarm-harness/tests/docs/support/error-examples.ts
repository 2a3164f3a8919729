import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import { resetMemory } from "../../cli/support/memory-plugin.js";
import { appFile, captureIo, MEMORY_PLUGIN, TestProject } from "../../cli/support/run-ofdeploy.js";

/** A command that fails, and the files it runs with. */
interface ErrorExample {
  args: string[];
  file?: string;
  prepare?: (project: TestProject) => unknown;
}

const web = appFile({ web: "" });

/** Commands whose error has the code. The other codes need an engine in a certain state: their examples are not run. */
export const EXAMPLES: Partial<Record<ErrorCode | "USAGE" | "INTERNAL", ErrorExample>> = {
  USAGE: { args: ["upp"] },
  INVALID_FILE: { args: ["validate"], file: web.replace("image:", "imgae:") },
  INVALID_REQUEST: { args: ["up", "--option", "emulateReplica=true"] },
  UNSUPPORTED: {
    args: ["validate", "--strict"],
    file: appFile({ web: "deploy:\n  placement:\n    constraints: [node.labels.zone == a]" }),
  },
  UNKNOWN_PLATFORM: { args: ["up", "--platform", "nomad"] },
  PLUGIN_FAILED: {
    args: ["up", "--plugin", "./nomad.mjs"],
    prepare: (project) => project.write("export const plugins = 1;", "nomad.mjs"),
  },
  ENGINE_UNREACHABLE: { args: ["ps", "-H", "tcp://127.0.0.1:9"] },
  NOT_FOUND: { args: ["logs", "wep", "--platform", "memory"] },
  CONFLICT: {
    args: ["up", "--platform", "memory"],
    prepare: () => resetMemory().deploy({ name: "web", image: "demo:1" }),
  },
  TASK_FAILED: {
    args: ["up", "--platform", "memory"],
    prepare: () => {
      const error = new DeploymentError("TASK_FAILED", "Service web is in a crash loop (2 tasks ended): exit code 3.", {
        hint: "Read its log: `ofdeploy logs web`.",
        instance: { id: "0123456789abcdef", node: "node-2", exitCode: 3, lastLogLines: ["no disk"] },
      });
      resetMemory({ failOn: { web: error } });
    },
  },
  INTERNAL: {
    args: ["up", "--platform", "memory"],
    prepare: () => {
      resetMemory().list = () => Promise.reject(new TypeError("Cannot read properties of undefined (reading 'id')"));
    },
  },
};

/** Runs an example in this process. Returns the command line as a reader types it with its errors, and the exit code. */
export async function runExample({ args, file = web, prepare }: ErrorExample): Promise<{ text: string; code: number }> {
  resetMemory();
  const project = new TestProject().write(file);
  try {
    await prepare?.(project);
    const own = args.includes("memory") ? ["--plugin", MEMORY_PLUGIN] : [];
    const { err, code } = await project.runWith(captureIo(project.folder), [...args, ...own]);
    const typed = args.filter((arg, index) => arg !== "memory" && args[index + 1] !== "memory").join(" ");
    // Without progress and warnings, which are on stderr too.
    return { text: `$ ofdeploy ${typed}\n${err.slice(err.indexOf("error["))}`.replaceAll(project.folder, "."), code };
  } finally {
    project.remove();
  }
}
