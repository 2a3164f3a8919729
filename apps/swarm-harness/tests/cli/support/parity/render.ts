import type { ParityCase, ParityTable, Status } from "./case.js";

/** Formats names as code, and leaves rules in words unchanged. */
const shown = (item: string): string => (/[`\s]/.test(item) && !item.startsWith("ofa ") ? item : `\`${item}\``);

/** Escapes the cell separator. */
const cell = (text: string): string => text.replaceAll("|", "\\|");

const row = ({ items, status, note }: ParityCase): string =>
  `| ${items.map(shown).map(cell).join(", ")} | ${status} | ${cell(note)} |`;

const table = ({ heading, cases }: ParityTable): string =>
  [`| ${heading} | | details |`, "|---|---|---|", ...cases.map(row)].join("\n");

const STATUSES: readonly Status[] = ["identical", "better", "not supported", "added"];

function summary(tables: readonly ParityTable[]): string {
  const cases = tables.flatMap((table) => table.cases);
  const counts = STATUSES.map((status) => {
    const count = cases.filter((each) => each.status === status).flatMap(({ items }) => items).length;
    return `${count} ${status}`;
  });
  return `Entries on this page: ${counts.join(", ")}.`;
}

/**
 * Writes the tables between the marks `<!-- table: id -->` and `<!-- end -->` of the page, and the counts at `summary`.
 * @throws Error for a mark without a table or a table without a mark.
 */
export function withTables(page: string, tables: readonly ParityTable[]): string {
  const texts = new Map([["summary", summary(tables)], ...tables.map((each) => [each.id, table(each)] as const)]);
  const written = page.replace(
    /(<!-- table: ([\w-]+) -->\n)[^]*?(<!-- end -->)/g,
    (_, start: string, id: string, end: string) => {
      const text = texts.get(id);
      if (text === undefined) throw new Error(`There is no table ${id}, or the page has it twice.`);
      texts.delete(id);
      return `${start}\n${text}\n\n${end}`;
    },
  );
  if (texts.size > 0) throw new Error(`The page has no mark for: ${[...texts.keys()].join(", ")}.`);
  return written;
}
