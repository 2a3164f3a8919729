import type { CompletionCommand, CompletionOption } from "./describe-commands.js";

const quoted = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`;

function optionLine(command: string, { short, long, description, value }: CompletionOption): string {
  const takes =
    value === undefined
      ? ""
      : "files" in value
        ? " -r -F"
        : ` -x${value.words.length > 0 ? ` -a ${quoted(value.words.join(" "))}` : ""}`;
  const letter = short === undefined ? "" : ` -s ${short.slice(1)}`;
  return `complete -c ofdeploy -n '__fish_seen_subcommand_from ${command}' -l ${long.slice(2)}${letter}${takes} -d ${quoted(description)}`;
}

/** For fish: `ofdeploy completion fish > ~/.config/fish/completions/ofdeploy.fish`. */
export function fishScript(commands: readonly CompletionCommand[]): string {
  const lines = commands.flatMap(({ name, description, options, words }) => [
    `complete -c ofdeploy -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
    ...(words.length > 0
      ? [`complete -c ofdeploy -n '__fish_seen_subcommand_from ${name}' -a '${words.join(" ")}'`]
      : []),
    ...options.map((option) => optionLine(name, option)),
  ]);
  return `# fish completion for ofdeploy\ncomplete -c ofdeploy -f\n${lines.join("\n")}\n`;
}
