import type { CompletionCommand, CompletionOption } from "./describe-commands.js";

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const escaped = (text: string): string => text.replace(/[[\]:\\]/g, "\\$&");

function argument({ long, description, value }: CompletionOption): string {
  const takes = value === undefined ? "" : "files" in value ? ":file:_files" : `:value:(${value.words.join(" ")})`;
  return quoted(`*${long}[${escaped(description)}]${takes}`);
}

/** For zsh: `ofdeploy completion zsh > "${fpath[1]}/_ofdeploy"`. */
export function zshScript(commands: readonly CompletionCommand[]): string {
  const described = commands
    .map(({ name, description }) => `    ${quoted(`${name}:${escaped(description)}`)}`)
    .join("\n");
  const cases = commands.map(({ name, options, words }) => {
    const first = words.length > 0 ? ` '1:what:(${words.join(" ")})'` : "";
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
