/** A sample: its labels and its value. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;

/**
 * Parses the text format of Prometheus (version 0.0.4) as the textfile collector does, and more strictly: every metric has
 * HELP and TYPE before its samples, its samples are together, no sample occurs twice, and none has a timestamp.
 * @throws Error for a line that is not valid.
 */
export function parseMetrics(text: string): Sample[] {
  if (!text.endsWith("\n")) throw new Error("The last line has no end.");
  const samples: Sample[] = [];
  const seen = new Set<string>();
  const closed = new Set<string>();
  let current: { name: string; typed: boolean } | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const help = new RegExp(`^# HELP (${NAME}) \\S.*$`).exec(line);
    const type = new RegExp(`^# TYPE (${NAME}) gauge$`).exec(line);
    const sample = new RegExp(`^(${NAME})\\{(.*)\\} (-?[0-9.]+)$`).exec(line);
    if (help?.[1] !== undefined) {
      if (current !== undefined) closed.add(current.name);
      if (closed.has(help[1])) throw new Error(`${help[1]} occurs in two places.`);
      current = { name: help[1], typed: false };
    } else if (type?.[1] !== undefined) {
      if (current?.name !== type[1] || current.typed) throw new Error(`TYPE without HELP: ${line}`);
      current.typed = true;
    } else if (sample?.[1] !== undefined) {
      if (current?.name !== sample[1] || !current.typed) throw new Error(`A sample without HELP and TYPE: ${line}`);
      const key = `${sample[1]} ${sample[2]}`;
      if (seen.has(key)) throw new Error(`A sample occurs twice: ${line}`);
      seen.add(key);
      samples.push({ name: sample[1], labels: parseLabels(sample[2] ?? ""), value: Number(sample[3]) });
    } else {
      throw new Error(`Not a line of the text format: ${JSON.stringify(line)}`);
    }
  }
  return samples;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const start = LABEL.lastIndex;
    const found = LABEL.exec(text);
    if (found === null) throw new Error(`Not a label at ${start}: ${text}`);
    const [, name = "", value = ""] = found;
    if (name in labels) throw new Error(`The label ${name} occurs twice.`);
    labels[name] = value.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));
  }
  return labels;
}
