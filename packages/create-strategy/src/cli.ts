import { parseArgs } from "node:util";
import { createStrategy, type CreateOptions } from "./create-strategy.js";
import { UserError } from "./names.js";

const HELP = `Usage: npm create @openfactory/strategy <directory> [-- --name <platform> --package <npm package>]

Creates a deployment strategy for OpenFactory: a working package with contract tests, README, changeset and build.

  <directory>       the folder to create; it must be empty or not exist
  --name <name>     name of the platform, as in ofdeploy --platform (default: name of the directory)
  --package <name>  name of the npm package (default: openfactory-strategy-<platform>)
  --help            show this help
`;

/** The parts of the process that the command uses. */
export interface Output {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

/** The oldest version that the strategy, its tests and ofdeploy support. */
const MIN_NODE = 22;

/** Runs the command. Exit codes: 0 success, 3 an error that the user can fix (as in `ofdeploy`), 70 any other error. */
export async function run(
  args: readonly string[],
  { stdout, stderr }: Output,
  nodeVersion = process.versions.node,
): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === undefined) {
      stdout.write(HELP);
      return 0;
    }
    const { names, files } = await createStrategy(options);
    stdout.write(
      `Created ${names.package} for the platform ${names.platform} in ${options.directory} (${files.length} files).\n\n` +
        `Next steps:\n\n  cd ${options.directory}\n  npm install\n  npm test\n\nThen read README.md.\n`,
    );
    if (Number.parseInt(nodeVersion, 10) < MIN_NODE) {
      stderr.write(`note: the package and ofdeploy require Node ${MIN_NODE} or later; this is Node ${nodeVersion}.\n`);
    }
    return 0;
  } catch (error) {
    const { message, hint } = error as Partial<UserError>;
    stderr.write(`error: ${message?.split("\n")[0]}\n${hint === undefined ? "" : `  hint: ${hint}\n`}`);
    return error instanceof UserError ? 3 : 70;
  }
}

/** @returns undefined for `--help`. @throws UserError */
function parseOptions(args: readonly string[]): CreateOptions | undefined {
  const { values, positionals } = parseArguments(args);
  if (values.help) return undefined;
  const [directory] = positionals;
  if (directory === undefined || directory === "") {
    throw new UserError("The argument <directory> is missing.", "Run `npm create @openfactory/strategy my-platform`.");
  }
  if (positionals.length > 1) {
    throw new UserError(`Expected one directory, got ${positionals.length}: ${positionals.join(", ")}.`, "See --help.");
  }
  return { directory, platform: values.name, package: values.package };
}

function parseArguments(args: readonly string[]) {
  try {
    const options = {
      name: { type: "string" },
      package: { type: "string" },
      help: { type: "boolean", short: "h" },
    } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UserError(
      `Invalid arguments: ${(error as Error).message.split(". ")[0]?.replace(/\.$/, "")}.`,
      "See --help.",
    );
  }
}
