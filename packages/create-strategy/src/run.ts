import { parseArgs } from "node:util";
import { createStrategy, type CreateOptions } from "./create-strategy.js";
import { UserError } from "./user-error.js";

const HELP = `Usage: npm create @openfactory/strategy <directory> [-- --name <platform> --package <npm name>]

Makes a deployment strategy of your own: a package that works, with its contract tests, README, changeset and build.

  <directory>       where to make it: empty, or not there yet
  --name <name>     the platform's name, as in ofdeploy --platform (default: the directory's)
  --package <name>  the name of the npm package (default: openfactory-strategy-<platform>)
  --help            this text
`;

/** The process, as far as the command needs it. */
export interface Output {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

/** What a strategy, its tests and ofdeploy run on. */
const OLDEST_NODE = 22;

/** The command: 0 for success, 3 for what the user can put right (as `ofdeploy` has it), 70 for anything else. */
export async function run(
  args: readonly string[],
  { stdout, stderr }: Output,
  node = process.versions.node,
): Promise<number> {
  try {
    const options = parse(args);
    if (options === undefined) {
      stdout.write(HELP);
      return 0;
    }
    const { names, files } = await createStrategy(options);
    stdout.write(
      `Made ${names.package}, the platform ${names.platform}, in ${options.directory}: ${files.length} files.\n\n` +
        `  cd ${options.directory}\n  npm install\n  npm test\n\nThen read its README.md.\n`,
    );
    if (Number.parseInt(node, 10) < OLDEST_NODE) {
      stderr.write(`note: it takes Node ${OLDEST_NODE} or later, as ofdeploy does, and this is ${node}.\n`);
    }
    return 0;
  } catch (error) {
    const { message, hint } = error as Partial<UserError>;
    stderr.write(`error: ${message?.split("\n")[0]}\n${hint === undefined ? "" : `  hint: ${hint}\n`}`);
    return error instanceof UserError ? 3 : 70;
  }
}

/** Undefined where help is asked for. @throws UserError */
function parse(args: readonly string[]): CreateOptions | undefined {
  const { values, positionals } = readArguments(args);
  if (values.help) return undefined;
  const [directory, surplus] = positionals;
  if (directory === undefined || directory === "") {
    throw new UserError("No directory is named.", "Name one: npm create @openfactory/strategy my-platform");
  }
  if (surplus !== undefined) {
    throw new UserError(`There is one directory to name, and ${surplus} is a second.`, "See --help.");
  }
  return { directory, platform: values.name, package: values.package };
}

function readArguments(args: readonly string[]) {
  try {
    const options = {
      name: { type: "string" },
      package: { type: "string" },
      help: { type: "boolean", short: "h" },
    } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UserError(
      `The arguments can't be read: ${(error as Error).message.split(". ")[0]?.replace(/\.$/, "")}.`,
      "See --help.",
    );
  }
}
