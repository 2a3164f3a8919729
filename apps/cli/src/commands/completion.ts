import type { Command } from "commander";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { Io } from "../io.js";

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export function completionCommand(program: Command, shell: keyof typeof SHELLS, io: Io): ExitCode {
  io.stdout.write(SHELLS[shell](describeCommands(program)));
  return EXIT.ok;
}

interface CompletionOption {
  short?: string;
  long: string;
  description: string;
  /** The value of the option: a file, or one of these words (empty: any text). Left out: it takes no value. */
  value?: { files: true } | { words: readonly string[] };
}

interface CompletionCommand {
  name: string;
  description: string;
  options: CompletionOption[];
  /** The possible values of the argument. */
  words: readonly string[];
}

const PLATFORMS = ["docker", "swarm"];
const FILE_OPTIONS = new Set(["--file", "--env-file", "--plugin"]);

/** The commands and options to complete, from the definition of the program. */
function describeCommands(program: Command): CompletionCommand[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: optionsOf(command),
    words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  }));
}

const optionsOf = (command: Command): CompletionOption[] =>
  command.options.map((option): CompletionOption => {
    const long = option.long ?? `--${option.name()}`;
    const words = option.argChoices ?? (long === "--platform" ? PLATFORMS : []);
    return {
      ...(option.short ? { short: option.short } : {}),
      long,
      description: option.description.replace(/\s*\(.*\)$/, ""),
      ...(option.required ? { value: FILE_OPTIONS.has(long) ? { files: true } : { words } } : {}),
    };
  });

/** For bash: `source <(ofdeploy completion bash)`. */
function bashScript(commands: readonly CompletionCommand[]): string {
  const options = commands.flatMap((command) => command.options);
  const unique = new Map(options.map((option) => [option.long, option]));
  const valued = [...unique.values()].filter(({ value }) => value !== undefined);
  const names = ({ short, long }: { short?: string; long: string }): string => [short, long].filter(Boolean).join("|");
  const files = valued
    .filter(({ value }) => value && "files" in value)
    .map(names)
    .join("|");
  const words = valued.flatMap(({ value, ...option }) =>
    value && "words" in value
      ? [`    ${names(option)}) COMPREPLY=($(compgen -W "${value.words.join(" ")}" -- "$current")); return ;;`]
      : [],
  );
  const cases = commands.map(
    (command) =>
      `      ${command.name}) words="${[...command.options.map(({ long }) => long), ...command.words].join(" ")}" ;;`,
  );
  return `# bash completion for ofdeploy
_ofdeploy() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words="" word
  COMPREPLY=()
  case "$previous" in
    ${files}) COMPREPLY=($(compgen -f -- "$current")); return ;;
${words.join("\n")}
  esac
  words="${commands.map(({ name }) => name).join(" ")} --help --version"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
${cases.join("\n")}
    esac
  done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _ofdeploy ofdeploy
`;
}

const zshQuote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const escaped = (text: string): string => text.replace(/[[\]:\\]/g, "\\$&");

function argument({ long, description, value }: CompletionOption): string {
  const takes = value === undefined ? "" : "files" in value ? ":file:_files" : `:value:(${value.words.join(" ")})`;
  return zshQuote(`*${long}[${escaped(description)}]${takes}`);
}

/** For zsh: `ofdeploy completion zsh > "${fpath[1]}/_ofdeploy"`. */
function zshScript(commands: readonly CompletionCommand[]): string {
  const described = commands
    .map(({ name, description }) => `    ${zshQuote(`${name}:${escaped(description)}`)}`)
    .join("\n");
  const cases = commands.map(({ name, options, words }) => {
    const first = words.length > 0 ? ` '1:argument:(${words.join(" ")})'` : "";
    return `    ${name}) _arguments ${options.map(argument).join(" ")}${first} ;;`;
  });
  return `#compdef ofdeploy
# zsh completion for ofdeploy
_ofdeploy() {
  local -a commands
  commands=(
${described}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
${cases.join("\n")}
  esac
}
compdef _ofdeploy ofdeploy
`;
}

const fishQuote = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`;

function optionLine(command: string, { short, long, description, value }: CompletionOption): string {
  const takes =
    value === undefined
      ? ""
      : "files" in value
        ? " -r -F"
        : ` -x${value.words.length > 0 ? ` -a ${fishQuote(value.words.join(" "))}` : ""}`;
  const letter = short === undefined ? "" : ` -s ${short.slice(1)}`;
  return `complete -c ofdeploy -n '__fish_seen_subcommand_from ${command}' -l ${long.slice(2)}${letter}${takes} -d ${fishQuote(description)}`;
}

/** For fish: `ofdeploy completion fish > ~/.config/fish/completions/ofdeploy.fish`. */
function fishScript(commands: readonly CompletionCommand[]): string {
  const lines = commands.flatMap(({ name, description, options, words }) => [
    `complete -c ofdeploy -n __fish_use_subcommand -a ${name} -d ${fishQuote(description)}`,
    ...(words.length > 0
      ? [`complete -c ofdeploy -n '__fish_seen_subcommand_from ${name}' -a '${words.join(" ")}'`]
      : []),
    ...options.map((option) => optionLine(name, option)),
  ]);
  return `# fish completion for ofdeploy\ncomplete -c ofdeploy -f\n${lines.join("\n")}\n`;
}
