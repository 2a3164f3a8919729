import type { Readable, Writable } from "node:stream";
import type { DeploymentWarning, OperationOptions } from "../operation.js";

/** The result of restarting, stopping or starting a service. */
export interface ProcessChange {
  name: string;
  /** Whether processes were stopped or started. False if the service already was as requested. */
  changed: boolean;
  /** `PREVIOUS_VERSION_LOST` if the platform keeps no version to roll back to after this change. */
  warnings: readonly DeploymentWarning[];
}

export interface CanRestart {
  /**
   * Restarts the processes of all instances with the same settings, within their grace period. A service that is stopped,
   * has completed or has failed runs afterwards, too. A job runs again. Settings, volumes and the number of replicas stay.
   * After `ABORTED`, some processes may have been restarted.
   * @returns when the new processes were started, or the platform has begun to replace the old ones; use `wait` to wait until
   * all are ready. `changed` is false only for a service with 0 replicas.
   * @throws DeploymentError `NOT_FOUND`; `CONFLICT` (an update is in progress, or a host port is in use by something else);
   * `TASK_FAILED` (a process can't be started); `UNSUPPORTED`, `ABORTED`.
   */
  restart(serviceName: string, options?: OperationOptions): Promise<ProcessChange>;
}

export interface CanStop {
  /**
   * Ends all processes of a service within their grace period. The service keeps its settings, its number of replicas and
   * its volumes, and its state becomes `stopped`, also for other callers and after a restart of the platform. No-op for a
   * service without processes: one that is stopped, has completed or has failed. `update`, `rollback`, `scale` to 1 or more,
   * `restart` and `start` run it again. After `ABORTED`, some processes may have been stopped.
   * @returns when the processes have ended.
   * @throws DeploymentError `NOT_FOUND`; `UNSUPPORTED` (the platform can't stop this kind of service); `TIMEOUT`, `ABORTED`.
   */
  stop(serviceName: string, options?: OperationOptions): Promise<ProcessChange>;
  /**
   * Runs a stopped service again, with its settings and the number of replicas that it had. No-op for a service that is not
   * stopped, even if it has completed or has failed: use `restart`.
   * @returns when the processes were started; use `wait` to wait until all are ready.
   * @throws DeploymentError `NOT_FOUND`; `CONFLICT` (a host port is in use by something else); `NETWORK_NOT_FOUND`,
   * `TASK_FAILED`, `UNSUPPORTED`, `ABORTED`.
   */
  start(serviceName: string, options?: OperationOptions): Promise<ProcessChange>;
}

/** In characters. */
export interface TerminalSize {
  columns: number;
  rows: number;
}

/** A terminal for a command. The command's stdout and stderr are then one stream, `stdout`. */
export interface ExecTerminal extends TerminalSize {
  /** Further sizes, whenever the caller's terminal is resized. Read until the command has ended. */
  resizes?: AsyncIterable<TerminalSize>;
}

export interface ExecOptions extends OperationOptions {
  /**
   * The instance to run the command in: its number, from 1, or its `InstanceStatus.name` or `id`. Default: the first
   * running instance that can be reached.
   */
  instance?: number | string;
  /** Input of the command, until its end. Default: no input. */
  stdin?: Readable;
  /** Receives the output. It is not ended. Default: the output is discarded. */
  stdout?: Writable;
  /** Receives the error output, except with `terminal`. It is not ended. */
  stderr?: Writable;
  /** Default: no terminal. */
  terminal?: ExecTerminal;
  /** A user name or `UID[:GID]`. Default: the user of the service. */
  user?: string;
  /** `KEY=VALUE`, in addition to the variables of the service. Values never appear in errors. */
  env?: readonly string[];
  /** An absolute path. Default: the working directory of the service. */
  workingDir?: string;
}

export interface ExecResult {
  /**
   * The command's exit code. 126 or 127 if the program can't be executed, or if the program, the user or the directory does
   * not exist, as in a shell; the platform's message is then part of the output.
   */
  exitCode: number;
  /** `InstanceStatus.name` of the instance that ran it. */
  instance: string;
}

export interface CanExec {
  /**
   * Runs a command in a running instance, with the files, networks and limits of its process. Words are passed on as they
   * are, without a shell.
   * @returns when the command has ended and all output was written.
   * @throws DeploymentError `NOT_FOUND` (the service, or the requested instance); `CONFLICT` (no instance runs, or the
   * requested one does not run); `INVALID_REQUEST` (no command; a user or directory that does not exist, if the platform
   * checks it beforehand); `UNSUPPORTED` (the instances run where the platform can't execute commands; the hint says where
   * and how); `ABORTED`, after which the command may still run.
   */
  exec(serviceName: string, command: readonly string[], options?: ExecOptions): Promise<ExecResult>;
}
