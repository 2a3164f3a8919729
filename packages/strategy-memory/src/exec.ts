import { once } from "node:events";
import type { Writable } from "node:stream";
import {
  DeploymentError,
  type ExecOptions,
  type ExecResult,
  selectInstance,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { isRunning, type MemoryService } from "./service.js";

const NOT_FOUND_EXIT_CODE = 127;

/** What a simulated command can use. */
interface CommandContext extends ExecOptions {
  variables: ReadonlyMap<string, string>;
  write(stream: "stdout" | "stderr", text: string | Uint8Array): Promise<void>;
}

type Command = (words: readonly string[], context: CommandContext) => Promise<number>;

const write = async (sink: Writable | undefined, text: string | Uint8Array): Promise<void> => {
  if (sink !== undefined && !sink.write(text)) await once(sink, "drain");
};

/** The commands of every simulated image, with their exit codes. */
const commands: Readonly<Record<string, Command>> = {
  exit: async ([code]) => Number(code),
  "print-and-exit": async ([code, ...words], { write: print }) => {
    for (const word of words)
      await print(word.startsWith("err:") ? "stderr" : "stdout", `${word.replace(/^(?:out|err):/, "")}\n`);
    return Number(code);
  },
  "copy-input": async ([code], { stdin, write: print }) => {
    if (stdin !== undefined) for await (const chunk of stdin) await print("stdout", chunk as Uint8Array);
    return Number(code);
  },
  "print-variable": async ([name = ""], { variables, write: print }) => {
    await print("stdout", `${variables.get(name) ?? ""}\n`);
    return 0;
  },
  "print-directory": async (_, { workingDir = "/", write: print }) => {
    await print("stdout", `${workingDir}\n`);
    return 0;
  },
  "print-user": async (_, { user = "0", write: print }) => {
    await print("stdout", `${user.split(":")[0]}\n`);
    return 0;
  },
  "has-terminal-size": async ([columns, rows], { terminal }) =>
    String(terminal?.columns) === columns && String(terminal?.rows) === rows ? 0 : 1,
  sh: async ([, ...script]) => Number(/\bexit (\d+)$/.exec(script.join(" "))?.[1] ?? 0),
  "is-terminal": async (_, { terminal, write: print }) => {
    await print("stdout", terminal ? "yes\r\n" : "no\n");
    return 0;
  },
};

/** The directories of every simulated image. Users are ids, since the images have no names of users. */
const DIRECTORIES = ["/", "/tmp"];

/** @throws DeploymentError `INVALID_REQUEST` for a user or a directory that the image does not have. */
function throwIfMissing({ user = "0", workingDir = "/" }: ExecOptions): void {
  const missing = /^\d+(?::\d+)?$/.test(user) ? undefined : `user ${user}`;
  const subject = missing ?? (DIRECTORIES.includes(workingDir) ? undefined : `directory ${workingDir}`);
  if (subject === undefined) return;
  throw new DeploymentError("INVALID_REQUEST", `The image has no ${subject}.`, { hint: "Pass one that exists." });
}

const variablesOf = (env: readonly string[]): ReadonlyMap<string, string> =>
  new Map(env.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]));

/** Runs a simulated command. @throws DeploymentError `INVALID_REQUEST`, `NOT_FOUND`, `CONFLICT`, `ABORTED`. */
export async function execIn(
  service: MemoryService,
  [program, ...words]: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  if (program === undefined) {
    throw new DeploymentError("INVALID_REQUEST", "There is no command to execute.", { hint: "Pass a command." });
  }
  throwIfMissing(options);
  const choices = service.instances.map((instance, index) => ({
    ...instance,
    number: index + 1,
    running: isRunning(instance),
  }));
  const instance = selectInstance(service.request.name, choices, options.instance);
  const { signal, terminal, stdout, stderr, env = [] } = options;
  throwIfAborted(signal);
  const context: CommandContext = {
    ...options,
    variables: variablesOf([...service.request.env, ...env]),
    write: (stream, text) => write(stream === "stdout" || terminal !== undefined ? stdout : stderr, text),
  };
  const command = Object.hasOwn(commands, program) ? commands[program] : undefined;
  if (command === undefined) {
    await context.write("stderr", `${program}: not found\n`);
    return { exitCode: NOT_FOUND_EXIT_CODE, instance: instance.name };
  }
  const exitCode = await Promise.race([command(words, context), aborted(signal)]);
  throwIfAborted(signal);
  return { exitCode, instance: instance.name };
}

/** Resolves when the signal fires; the result does not count. */
const aborted = async (signal: AbortSignal | undefined): Promise<number> => {
  await (signal === undefined ? new Promise(() => {}) : once(signal, "abort"));
  return 0;
};
