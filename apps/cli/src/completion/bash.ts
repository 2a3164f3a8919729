import type { CompletionCommand } from "./describe-commands.js";

/** For bash: `source <(ofdeploy completion bash)`. */
export function bashScript(commands: readonly CompletionCommand[]): string {
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
