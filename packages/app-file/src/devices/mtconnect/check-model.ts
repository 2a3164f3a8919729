const ROOT = "MTConnectDevices";

/** What is wrong with a device model, in one sentence without a full stop; undefined: it is well-formed, and a model. */
export async function modelFlaw(bytes: Uint8Array): Promise<string | undefined> {
  if (bytes.includes(0)) return "the device model is not UTF-8 text: save it as UTF-8";
  // Loaded only for files with such a device.
  const { SaxesParser } = await import("saxes");
  const parser = new SaxesParser({ xmlns: true, position: true });
  let flaw: string | undefined;
  let depth = 0;
  // The first error is the cause; what follows is its consequence. saxes begins messages with line:column.
  parser.on("error", ({ message }) => {
    const [, line, column, reason] = /^(\d+):(\d+): (.*?)\.?$/s.exec(message) ?? [];
    flaw ??= `the device model is not well-formed XML: ${line === undefined ? message : `line ${line}, column ${column}: ${reason}`}`;
  });
  parser.on("opentag", ({ local }) => {
    if (depth === 0 && local !== ROOT) flaw ??= `the device model has the root element ${local}, expected ${ROOT}`;
    depth += 1;
  });
  parser.on("closetag", () => void (depth -= 1));
  // A parser that is given bytes of another encoding sees other letters, and the same markup.
  parser
    .write(
      Buffer.from(bytes)
        .toString("utf8")
        .replace(/^\uFEFF/, ""),
    )
    .close();
  return flaw;
}
