import { idOf, type Mutation, type SuiteName } from "./mutation.ts";
import { type Outcome, runSuite } from "./run-suite.ts";
import { staleness } from "./staleness.ts";

/**
 * `caught`: a case failed, as it must. `survived`: all passed. `stale`: the text is not in the file once. `broken`: the
 * mutated file was not read, or no case ran. `untested`: without the mutation, no case passes, or one fails.
 */
type Verdict = "caught" | "survived" | "stale" | "broken" | "untested";

export interface Judgement {
  mutation: Mutation;
  verdict: Verdict;
  /** The case that failed first; or what is wrong with the mutation. */
  detail: string;
  seconds: number;
}

/** What the suite says of all these cases while nothing is mutated. */
export function baseline(
  suite: SuiteName,
  mutations: readonly Mutation[],
  env: Record<string, string>,
): Promise<Outcome> {
  return runSuite(suite, mutations.map(({ kills }) => `(${kills})`).join("|"), env);
}

/** Puts the mutation in, and runs the cases that it must fail. */
export async function judge(mutation: Mutation, sound: Outcome, env: Record<string, string>): Promise<Judgement> {
  const began = performance.now();
  const judged = (verdict: Verdict, detail: string): Judgement => ({
    mutation,
    verdict,
    detail,
    seconds: (performance.now() - began) / 1000,
  });

  const stale = await staleness(mutation);
  if (stale !== undefined) return judged("stale", stale);

  const cases = new RegExp(mutation.kills);
  const amiss = sound.failed.filter((name) => cases.test(name));
  if (amiss[0] !== undefined) return judged("untested", `fails without it, too: ${amiss[0]}`);
  if (!sound.passed.some((name) => cases.test(name))) return judged("untested", `no case passes: /${mutation.kills}/`);

  const { passed, failed, late, mutated, output } = await runSuite(mutation.suite, mutation.kills, {
    ...env,
    MUTATION: idOf(mutation),
  });
  if (!mutated) return judged("broken", `${mutation.file} was not read`);
  const [first] = [...failed.filter((name) => !late.includes(name)), ...failed];
  if (first !== undefined) return judged("caught", late.includes(first) ? `${first} (it never ends)` : first);
  if (passed.length > 0) return judged("survived", `passed: ${passed.join("; ")}`);
  return judged("broken", `no case ran: ${output.trim().split("\n").slice(-15).join("\n")}`);
}
