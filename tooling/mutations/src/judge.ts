import { idOf, type Mutation, staleness, type SuiteName } from "./mutation.ts";
import { type Outcome, runSuite } from "./run-suite.ts";

/**
 * `caught`: a case failed, as expected. `survived`: all cases passed. `stale`: the text does not occur once in the file.
 * `broken`: the mutated file was not read, or no case ran. `untested`: without the mutation, no case passes, or one fails.
 */
type Verdict = "caught" | "survived" | "stale" | "broken" | "untested";

export interface MutationResult {
  mutation: Mutation;
  verdict: Verdict;
  /** The case that failed first, or the problem of the mutation. */
  detail: string;
  seconds: number;
}

/** The results of the mutations' cases without any mutation. */
export function baseline(
  suite: SuiteName,
  mutations: readonly Mutation[],
  env: Record<string, string>,
): Promise<Outcome> {
  return runSuite(suite, mutations.map(({ kills }) => `(${kills})`).join("|"), env);
}

/** Runs the cases that must fail with the mutation. */
export async function judge(
  mutation: Mutation,
  unmutated: Outcome,
  env: Record<string, string>,
): Promise<MutationResult> {
  const began = performance.now();
  const result = (verdict: Verdict, detail: string): MutationResult => ({
    mutation,
    verdict,
    detail,
    seconds: (performance.now() - began) / 1000,
  });

  const stale = await staleness(mutation);
  if (stale !== undefined) return result("stale", stale);

  const cases = new RegExp(mutation.kills);
  const failing = unmutated.failed.filter((name) => cases.test(name));
  if (failing[0] !== undefined) return result("untested", `also fails without the mutation: ${failing[0]}`);
  if (!unmutated.passed.some((name) => cases.test(name)))
    return result("untested", `no case passes: /${mutation.kills}/`);

  const { passed, failed, timedOut, mutated, output } = await runSuite(mutation.suite, mutation.kills, {
    ...env,
    MUTATION: idOf(mutation),
  });
  if (!mutated) return result("broken", `${mutation.file} was not read`);
  const [first] = [...failed.filter((name) => !timedOut.includes(name)), ...failed];
  if (first !== undefined) return result("caught", timedOut.includes(first) ? `${first} (timed out)` : first);
  if (passed.length > 0) return result("survived", `passed: ${passed.join("; ")}`);
  return result("broken", `no case ran: ${output.trim().split("\n").slice(-15).join("\n")}`);
}
