import type { Duplex } from "node:stream";
import { beginWait, DeploymentError, sleep, throwIfAborted } from "@openfactory/deploy-core";
import type { Shape } from "../answers/shape.js";
import { infoShape } from "../answers/shapes.js";
import type { CallOptions } from "../engine.js";
import { engineErrorCause } from "../errors/engine-error.js";
import { managerFailure } from "../errors/manager-error.js";
import type { Dialect } from "../podman/dialect.js";
import type { Client, DuplexRequest } from "./client.js";
import type { EngineCall, EngineRequest, StreamOptions } from "./engine-call.js";
import type { EngineClient } from "./engine-client.js";
import { infoRequest } from "./shared-calls.js";

/** Time limits of {@link ManagersClient}, in milliseconds. */
export interface ManagerLimits {
  /** Without an answer until a manager is pinged, and until the ping counts as unanswered. */
  pingMs: number;
  /** Without a leader until a call fails. Managers elect one in 10 to 25 s after a loss, and seldom in a second round. */
  electionMs: number;
}

export const MANAGER_LIMITS: ManagerLimits = { pingMs: 5_000, electionMs: 45_000 };
const RETRY_EVERY_MS = 500;

const API: EngineCall = { action: "report its API version", read: true };
const INFO: EngineCall = { action: "report its state (GET /info)", read: true };

type Attempt<Result> = (manager: EngineClient, options: CallOptions) => Promise<Result>;

/**
 * The managers of one swarm. A call goes to the manager that answered last; if it does not answer, the next one takes over.
 * While the managers elect a leader, calls are tried again. A change that may have been made is looked up before it is made
 * again.
 */
export class ManagersClient implements Client {
  readonly #managers: readonly EngineClient[];
  readonly #limits: ManagerLimits;
  readonly #checked = new Set<EngineClient>();
  #current = 0;
  #swarmId: string | undefined;
  /** When the managers must have a leader again; undefined while they have one. */
  #electionEnds: number | undefined;

  /** @param managers one at least; with one, calls are only tried again during an election. */
  constructor(managers: readonly EngineClient[], limits: ManagerLimits = MANAGER_LIMITS) {
    this.#managers = managers;
    this.#limits = limits;
  }

  get host(): string {
    return this.#manager.host;
  }

  apiVersion(options?: CallOptions): Promise<string> {
    return this.#run(API, options, (manager, limited) => manager.apiVersion(limited));
  }

  dialect(options?: CallOptions): Promise<Dialect> {
    return this.#run(API, options, (manager, limited) => manager.dialect(limited));
  }

  json<Result>(call: EngineCall, shape: Shape<Result>, request: EngineRequest, options?: CallOptions): Promise<Result> {
    return this.#run(call, options, (manager, limited) => manager.json(call, shape, request, limited));
  }

  send(call: EngineCall, request: EngineRequest, options?: CallOptions): Promise<void> {
    return this.#run(call, options, (manager, limited) => manager.send(call, request, limited));
  }

  duplex(call: EngineCall, request: DuplexRequest, options?: CallOptions): Promise<Duplex> {
    return this.#run(call, options, (manager, limited) => manager.duplex(call, request, limited));
  }

  /** Another manager takes over until the stream has started: what follows can't be continued elsewhere. */
  async *stream(
    call: EngineCall,
    request: EngineRequest,
    options: StreamOptions = {},
  ): AsyncGenerator<Buffer, void, undefined> {
    let isOpen = false;
    const election = new ElectionWait();
    const onOpen = (): void => {
      isOpen = true;
      election.end();
      options.onOpen?.();
    };
    const round: Round = new Map();
    try {
      for (;;) {
        const manager = this.#manager;
        try {
          await this.#checkSwarm(manager, options);
          yield* manager.stream(call, request, { ...options, onOpen });
          return;
        } catch (error) {
          if (isOpen) throw error;
          await this.#continue(call, { manager, error, round, election }, options);
        }
      }
    } finally {
      election.end();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#managers.map((manager) => manager.close()));
  }

  get #manager(): EngineClient {
    return this.#managers[this.#current] as EngineClient;
  }

  async #run<Result>(call: EngineCall, options: CallOptions = {}, attempt: Attempt<Result>): Promise<Result> {
    const election = new ElectionWait();
    try {
      return await this.#attempts(call, options, { attempt, election });
    } finally {
      election.end();
    }
  }

  async #attempts<Result>(
    call: EngineCall,
    options: CallOptions,
    { attempt, election }: { attempt: Attempt<Result>; election: ElectionWait },
  ): Promise<Result> {
    const round: Round = new Map();
    // The error of a change that may have been made.
    let unanswered: unknown;
    for (;;) {
      throwIfAborted(options.signal);
      const manager = this.#manager;
      try {
        await this.#checkSwarm(manager, options);
        const done = unanswered === undefined ? undefined : await call.recheck?.(manager, options);
        const result = done === undefined ? await this.#watch(manager, options, attempt) : (done as Result);
        if (call.swarm) this.#electionEnds = undefined;
        return result;
      } catch (error) {
        if (unanswered !== undefined && this.#isChecked(manager) && managerFailure(error) === undefined) {
          // The version is outdated if the change was made: the caller looks.
          if (call.versioned) throw unanswered;
          const done = await call.recheck?.(manager, options).catch(() => undefined);
          if (done !== undefined) return done as Result;
        }
        if (managerFailure(error)?.mayHaveActed && !call.read) unanswered ??= error;
        await this.#continue(call, { manager, error, round, election }, options);
      }
    }
  }

  /** Chooses the manager for the next attempt, and waits for an election. @throws the error if no attempt may follow. */
  async #continue(
    call: EngineCall,
    {
      manager,
      error,
      round,
      election,
    }: { manager: EngineClient; error: unknown; round: Round; election: ElectionWait },
    { signal }: CallOptions,
  ): Promise<void> {
    throwIfAborted(signal);
    const failure = managerFailure(error);
    if (failure === undefined) throw error;
    if (this.#manager === manager) this.#current = (this.#current + 1) % this.#managers.length;
    const isRepeatable = call.read || call.versioned || call.recheck !== undefined;
    if (failure.mayHaveActed && !isRepeatable) throw error;
    round.set(manager, { error: error as DeploymentError, isElecting: failure.isElecting });
    if (round.size < this.#managers.length) return;
    const isElecting = [...round.values()].some((failed) => failed.isElecting);
    if (!isElecting) throw this.#noManager(call, round);
    this.#electionEnds ??= Date.now() + this.#limits.electionMs;
    if (Date.now() >= this.#electionEnds) throw this.#noLeader(call, round);
    round.clear();
    election.begin();
    await sleep(RETRY_EVERY_MS, signal);
  }

  #isChecked(manager: EngineClient): boolean {
    return this.#managers.length === 1 || this.#checked.has(manager);
  }

  /** Makes sure that all addresses lead to the same swarm, at the first call to each. */
  async #checkSwarm(manager: EngineClient, options: CallOptions): Promise<void> {
    if (this.#isChecked(manager)) return;
    const { Swarm } = await this.#watch(manager, options, (_, limited) =>
      manager.json(INFO, infoShape, infoRequest, limited),
    );
    const id = Swarm.Cluster?.ID;
    // Not a manager, or no leader (the id is then empty or missing): the call itself reports it.
    if (!id || !Swarm.ControlAvailable) return;
    this.#swarmId ??= id;
    if (id !== this.#swarmId) {
      throw new DeploymentError(
        "INVALID_REQUEST",
        `${manager.host} belongs to another swarm than the other addresses.`,
        {
          hint: "Pass the addresses of managers of one swarm.",
        },
      );
    }
    this.#checked.add(manager);
  }

  /** The outcome of an attempt. Ends it if the manager answers neither it nor a ping: a lost host closes no connection. */
  async #watch<Result>(manager: EngineClient, options: CallOptions, attempt: Attempt<Result>): Promise<Result> {
    if (this.#managers.length === 1) return attempt(manager, options);
    const { pingMs } = this.#limits;
    const ended = new AbortController();
    const onAbort = (): void => ended.abort(options.signal?.reason);
    options.signal?.addEventListener("abort", onAbort, { once: true });
    let timer: NodeJS.Timeout | undefined;
    const ping = async (): Promise<void> => {
      try {
        await manager.ping({ timeoutMs: pingMs, signal: ended.signal });
        if (!ended.signal.aborted && timer !== undefined) timer = setTimeout(ping, pingMs);
      } catch {
        ended.abort(lost(manager.host));
      }
    };
    timer = setTimeout(ping, pingMs);
    try {
      return await attempt(manager, { ...options, signal: ended.signal });
    } finally {
      clearTimeout(timer);
      timer = undefined;
      ended.abort();
      options.signal?.removeEventListener("abort", onAbort);
    }
  }

  #noManager(call: EngineCall, round: Round): DeploymentError {
    const errors = [...round.values()].map(({ error }) => error);
    const [first] = errors as [DeploymentError];
    if (errors.length === 1) return first;
    const code = errors.every((error) => error.code === first.code) ? first.code : "ENGINE_UNREACHABLE";
    const reasons = [...round].map(([{ host }, { error }]) => `${host}: ${error.message}`).join(" ");
    return new DeploymentError(code, `None of the ${errors.length} managers could ${call.action}. ${reasons}`, {
      hint: first.hint,
      cause: first.cause,
    });
  }

  #noLeader(call: EngineCall, round: Round): DeploymentError {
    const last = [...round.values()].findLast(({ isElecting }) => isElecting)?.error;
    const seconds = this.#limits.electionMs / 1000;
    return new DeploymentError(
      "ENGINE_UNREACHABLE",
      `The swarm could not ${call.action}: its managers had no leader for ${seconds} s.`,
      {
        hint: "More than half of the swarm's managers must be online. Start the others, and run `docker node ls` on one of them.",
        cause: engineErrorCause(last),
      },
    );
  }
}

/** The managers that failed since the last pause. */
type Round = Map<EngineClient, { error: DeploymentError; isElecting: boolean }>;

/** The wait of a call for the election of a leader. */
class ElectionWait {
  #end: (() => void) | undefined;

  begin(): void {
    const wait = { subject: "the managers of the swarm", action: "elect a leader", level: "connection" } as const;
    this.#end ??= beginWait(wait);
  }

  end(): void {
    this.#end?.();
  }
}

const lost = (host: string): DeploymentError =>
  new DeploymentError("ENGINE_UNREACHABLE", `The manager at ${host} stopped answering.`, {
    hint: "Check that host and its network.",
    cause: { message: "neither the call nor a ping was answered" },
  });
