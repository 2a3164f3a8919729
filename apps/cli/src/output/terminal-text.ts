// oxlint-disable no-control-regex -- control characters are the topic of this file

/**
 * The control sequences of ECMA-48 and xterm, from their beginning, which is ESC and a character or one character of C1. A
 * sequence with a text, such as a window title or a link, ends with BEL or ST, here also with the line.
 */
const SEQUENCE =
  /(?:\u001b\[|\u009b)([0-?]*)([ -/]*[@-~])?|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/** Control characters except tabs and newlines, and controls of the text direction, which can hide a part of a text. */
const CONTROLS = /[\0-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text that is safe to print on a terminal, wherever it comes from: without control sequences except colors and styles,
 * without control characters except tabs and newlines, and without overrides of the text direction (CVE-2021-42574). A
 * carriage return, with which a line could overwrite its beginning, becomes a space.
 */
export function terminalText(text: string): string {
  if (text.search(CONTROLS) < 0) return text;
  // A style is kept aside, since it contains the control character ESC.
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll("\r", " ")
    .split(/((?:\u001b\[|\u009b)[0-9;:]*m)/)
    .map((part, index) => {
      if (index % 2 === 0) return part.replace(SEQUENCE, "").replace(CONTROLS, "");
      const parameters = part.replace(/^(?:\u001b\[|\u009b)/, "").slice(0, -1);
      return hides(parameters) ? "" : `\u001b[${parameters}m`;
    })
    .join("");
}

/** Whether a style (SGR) conceals text: it has the parameter 8, apart from those of colors, such as `38;5;8`. */
function hides(parameters: string): boolean {
  const numbers = parameters.split(";");
  for (let index = 0; index < numbers.length; index += 1) {
    if (numbers[index] === "38" || numbers[index] === "48" || numbers[index] === "58") {
      index += numbers[index + 1] === "5" ? 2 : numbers[index + 1] === "2" ? 4 : 0;
    } else if (/^0*8(?::|$)/.test(numbers[index] ?? "")) return true;
  }
  return false;
}

/**
 * Text that GitHub Actions prints, and does not read as a command of the workflow, such as `::add-path::`.
 * Source: actions/runner, ActionCommand.cs.
 */
export const withoutWorkflowCommands = (text: string): string =>
  text
    .split("\n")
    .map((line) => (line.trimStart().startsWith("::") ? line.replace("::", ": :") : line))
    .join("\n")
    .replaceAll("##[", "# #[");
