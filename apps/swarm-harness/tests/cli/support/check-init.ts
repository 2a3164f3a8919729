import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { callOfdeploy } from "./call-ofdeploy.js";

interface AppInPlan {
  warnings: { code: string; reason: string }[];
}

/**
 * Writes a file from running services, and expects that it is valid, that it lacks what `missing` lists and nothing else, that
 * adopting the services changes nothing and warns of what is missing, and that they then belong to the file.
 * @param options `--platform docker --host ...`
 * @param variables the values of the variables that stand for secrets.
 * @param keepsMissing an update keeps the settings in `missing`. Otherwise, adopting the services is refused with `--strict`.
 */
export async function checkInitFromRunning(
  options: readonly string[],
  names: readonly string[],
  {
    variables,
    missing,
    keepsMissing,
  }: { variables: Readonly<Record<string, string>>; missing: readonly string[]; keepsMissing: boolean },
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ofdeploy-init-"));
  const file = join(folder, "openfactory.yml");
  const ok = async (...words: string[]) => {
    const ran = await callOfdeploy([...words, ...options]);
    expect(ran, `${words.join(" ")}: ${ran.stdout}${ran.stderr}`).toMatchObject({ code: 0 });
    return ran;
  };
  try {
    const { stderr } = await ok("init", "--from-running", ...names, "-o", file);
    const text = readFileSync(file, "utf8");
    for (const value of Object.values(variables)) expect(text).not.toContain(value);
    expect(notInFile(stderr)).toEqual(missing);
    for (const each of missing) expect(text).toContain(`  #   ${each}\n`);

    const env = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
    writeFileSync(join(folder, ".env"), env.join(""));
    await ok("validate", "--strict", "-f", file);
    const adopt = names.flatMap((name) => ["--adopt", name]);
    const plan = await callOfdeploy(["plan", "--json", "-f", file, ...adopt, ...options]);
    const [{ apps }] = plan.stdout.split("\n").map((line) => JSON.parse(line || "{}")) as [{ apps: AppInPlan[] }];
    expect(apps).toMatchObject(names.map((name) => ({ app: name, action: "adopt", changes: [] })));
    const code = keepsMissing ? "SETTINGS_NOT_IN_FILE" : "SETTINGS_NOT_KEPT";
    expect(apps.flatMap(({ warnings }) => warnings).filter((warning) => warning.code.startsWith("SETTINGS_"))).toEqual([
      expect.objectContaining({ code, reason: expect.stringContaining(`: ${missing.join("; ")}. `) }),
    ]);
    const strict = await callOfdeploy(["plan", "--strict", "-f", file, ...adopt, ...options]);
    expect(strict.code, strict.stderr).toBe(keepsMissing ? 2 : 3);

    await ok("up", "--no-wait", "-f", file, ...adopt);
    expect((await ok("plan", "-f", file)).stdout).toContain("nothing to do");
    expect(notInFile((await ok("init", "--from-running", ...names, "-o", "-")).stderr)).toEqual(
      keepsMissing ? missing : [],
    );
    await ok("down", "--yes", "-f", file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const notInFile = (stderr: string): string[] =>
  stderr.split("\n").flatMap((line) => line.split("Not in the file: ")[1] ?? []);
