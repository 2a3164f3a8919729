/**
 * Writes a manual page in man(7).
 * @param program `{description, groups, globalOptions}`: the groups of commands and the options as the command defines them.
 */
export function manPage({ description, groups, globalOptions, version }) {
  const commands = groups.flatMap((group) => group.commands);
  return [
    `.TH OFDEPLOY 1 "" "ofdeploy ${version}" "User Commands"`,
    section("NAME", `ofdeploy \\- ${escape(lowerFirst(description))}`),
    section("SYNOPSIS", ".B ofdeploy", ".I command", "[options] [arguments]"),
    section("DESCRIPTION", escape(DESCRIPTION)),
    section("COMMANDS"),
    ...commands.map(commandText),
    section("OPTIONS OF ALL COMMANDS", ...globalOptions.map(optionText)),
    section("EXIT STATUS", ...EXIT_CODES.flatMap(([code, text]) => [".TP", `.B ${code}`, escape(text)])),
    section("ENVIRONMENT", ...VARIABLES.flatMap(([name, text]) => [".TP", `.B ${name}`, escape(text)])),
    section("FILES", ".TP", ".B openfactory.yml", "The apps and devices to deploy, read from the working directory."),
    section("SEE ALSO", ".BR docker (1)", ".PP", escape("https://github.com/openfactoryio/openfactory-deploy")),
    "",
  ].join("\n");
}

const DESCRIPTION =
  "ofdeploy deploys the apps and devices of OpenFactory files to a Docker Engine, to Podman, to a Docker Swarm, or to the " +
  "platform of a plugin. It checks everything before it changes anything, starts apps in the order of their dependencies, " +
  "and rolls back a failed run.";

const EXIT_CODES = [
  ["0", "The result is as requested."],
  ["1", "An app failed, or the engine returned an error."],
  ["2", "A plan has changes."],
  ["3", "Bad input: the command line, a file, or a plugin."],
  ["4", "The engine can't be used."],
  ["5", "A conflict with a service or a run of someone else."],
  ["6", "A time limit has passed."],
  ["70", "A bug in ofdeploy."],
  ["130, 143", "Interrupted by a signal."],
];

const VARIABLES = [
  ["DEPLOYMENT_PLATFORM", "The platform, like --platform."],
  ["DOCKER_HOST, DOCKER_CONTEXT, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH", "The engine, as for docker."],
  ["OFDEPLOY_PLUGINS", "Modules with plugins, separated by commas."],
  ["OFDEPLOY_COMPLETION_TIMEOUT", "How long shell completion waits for an engine, such as 5s. Default: 1.5s."],
  ["NO_COLOR", "Turns colors off."],
];

const section = (title, ...lines) => [`.SH ${title}`, ...lines].join("\n");

function commandText({ name, description, arguments: args = [], options = [], examples }) {
  const usage = args.map((argument) =>
    argument.required ? `<${argument.name()}${dots(argument)}>` : `[${argument.name()}${dots(argument)}]`,
  );
  return [
    `.SS "ofdeploy ${[name, ...usage].join(" ")}"`,
    `${escape(description)}.`,
    ...args.filter(({ description: text }) => text).flatMap((argument) => item(argument.name(), argument.description)),
    ...options.filter(({ hidden }) => !hidden).map(optionText),
    ...Object.entries(examples).flatMap(([example, text]) => [
      ".PP",
      `${escape(text)}:`,
      ".PP",
      ".RS 4",
      `.B ofdeploy ${escape(example)}`,
      ".RE",
    ]),
  ].join("\n");
}

const dots = ({ variadic }) => (variadic ? "..." : "");

const optionText = ({ flags, description }) => item(flags, description).join("\n");

const item = (term, text) => [".TP", `.B ${escape(term)}`, `${escape(text)}.`];

const lowerFirst = (text) => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");

/** A hyphen stands for itself with a backslash only; a line may not start with a control character. */
const escape = (text) =>
  text
    .replace(/\\/g, "\\e")
    .replace(/-/g, "\\-")
    .replace(/^([.'])/gm, "\\&$1");
