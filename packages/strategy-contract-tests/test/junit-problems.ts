import { SaxesParser } from "saxes";

/** The elements of JUnit XML as Jenkins reads it (junit-10.xsd): attributes, required ones first, and children. */
const ELEMENTS: Record<string, { required: string[]; optional: string[]; children: string[] }> = {
  testsuites: { required: [], optional: ["name", "time", "tests", "failures", "errors"], children: ["testsuite"] },
  testsuite: {
    required: ["name", "tests", "failures", "errors"],
    optional: ["skipped", "time", "timestamp", "hostname", "id", "package", "group", "file"],
    children: ["testsuite", "properties", "testcase", "system-out", "system-err"],
  },
  properties: { required: [], optional: [], children: ["property"] },
  property: { required: ["name", "value"], optional: [], children: [] },
  testcase: {
    required: ["name"],
    optional: ["time", "classname", "group"],
    children: ["skipped", "error", "failure", "system-out", "system-err"],
  },
  skipped: { required: [], optional: ["type", "message"], children: [] },
  failure: { required: [], optional: ["type", "message"], children: [] },
  error: { required: [], optional: ["type", "message"], children: [] },
};

/** What is wrong with the XML or its structure. */
export function junitProblems(xml: string): string[] {
  const problems: string[] = [];
  const open: string[] = [];
  const parser = new SaxesParser();
  parser.on("error", ({ message }) => problems.push(message));
  parser.on("opentag", ({ name, attributes }) => {
    const rule = ELEMENTS[name];
    const parent = open.at(-1);
    const isAllowed = parent === undefined ? name === "testsuites" : ELEMENTS[parent]?.children.includes(name);
    if (!isAllowed || rule === undefined) problems.push(`${name} in ${parent}`);
    const { required = [], optional = [] } = rule ?? {};
    for (const key of required) if (!(key in attributes)) problems.push(`${name} without ${key}`);
    for (const key of Object.keys(attributes)) {
      if (![...required, ...optional].includes(key)) problems.push(`${name} with ${key}`);
    }
    open.push(name);
  });
  parser.on("closetag", () => open.pop());
  parser.write(xml).close();
  return problems;
}
