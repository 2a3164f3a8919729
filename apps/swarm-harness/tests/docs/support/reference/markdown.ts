/** A table. Cells are Markdown; line breaks and pipes are escaped. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(cell).join(" | ")} |`).join("\n");

const cell = (text: string): string => text.replaceAll("\n", " ").replaceAll("|", "\\|");

/** Code in backticks; the text may contain backticks. It is padded only where it begins or ends with one, as the formatter does. */
export function code(text: string): string {
  if (!text.includes("`")) return `\`${text}\``;
  const padding = /^`|`$/.test(text) ? " " : "";
  return `\`\`${padding}${text}${padding}\`\``;
}

/** Text that is not Markdown: characters that would be markup are escaped, except in backticks. */
export const plain = (text: string): string =>
  text.replace(/`[^`]+`|[<>*[\]]/g, (found) => (found.startsWith("`") ? found : `\\${found}`));

/** A page that a test writes. */
export const page = (title: string, ...parts: readonly string[]): string =>
  `# ${title}\n\n<!-- Written by a test: npm run docs:update. -->\n\n${parts.filter((part) => part !== "").join("\n\n")}\n`;
