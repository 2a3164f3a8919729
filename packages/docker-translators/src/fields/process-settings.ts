import { canonicalSignal, type NormalizedRequest, type ServiceSettings, trimEnd } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body-types.js";
import type { ContainerCreateBody, ImageConfig } from "../engine-api/container-types.js";
import type { ContainerSpec } from "../engine-api/service-types.js";

type ProcessFields = Pick<NormalizedRequest, "workingDir" | "tty" | "openStdin" | "stopSignal">;
type ProcessSettings = Pick<ServiceSettings, keyof ProcessFields>;

/** `workingDir`, `tty`, `openStdin` and `stopSignal` to their fields of ContainerConfig. */
export const toContainerProcess = ({
  workingDir,
  tty,
  openStdin,
  stopSignal,
}: ProcessFields): Pick<ContainerCreateBody, "WorkingDir" | "Tty" | "OpenStdin" | "StopSignal"> => ({
  ...(workingDir !== undefined && { WorkingDir: workingDir }),
  ...(tty !== undefined && { Tty: tty }),
  ...(openStdin !== undefined && { OpenStdin: openStdin }),
  ...(stopSignal !== undefined && { StopSignal: stopSignal }),
});

/** `workingDir`, `tty`, `openStdin` and `stopSignal` to their fields of ContainerSpec. */
export const toServiceProcess = ({
  workingDir,
  tty,
  openStdin,
  stopSignal,
}: ProcessFields): Pick<ContainerSpec, "Dir" | "TTY" | "OpenStdin" | "StopSignal"> => ({
  ...(workingDir !== undefined && { Dir: workingDir }),
  ...(tty !== undefined && { TTY: tty }),
  ...(openStdin !== undefined && { OpenStdin: openStdin }),
  ...(stopSignal !== undefined && { StopSignal: stopSignal }),
});

/** The engine's default, if the image has none. */
const DEFAULT_SIGNAL = "SIGTERM";

/** ContainerConfig's directory, terminal and stop signal to their fields, without those that a container inherits. */
export function fromContainerProcess(
  config: Answered<Pick<ContainerCreateBody, "WorkingDir" | "Tty" | "OpenStdin" | "StopSignal">>,
  image: ImageConfig,
): ProcessSettings {
  const workingDir = withoutEndSlash(config.WorkingDir);
  const stopSignal = signalName(config.StopSignal);
  return {
    ...(workingDir !== (withoutEndSlash(image.WorkingDir) ?? "/") && workingDir && { workingDir }),
    ...fromTerminal({ TTY: config.Tty, OpenStdin: config.OpenStdin }),
    ...(stopSignal !== (signalName(image.StopSignal) ?? DEFAULT_SIGNAL) && stopSignal && { stopSignal }),
  };
}

/** `Dir`, `TTY`, `OpenStdin` and `StopSignal` of ContainerSpec to their fields. */
export const fromServiceDirAndSignal = (
  spec: Answered<Pick<ContainerSpec, "Dir" | "TTY" | "OpenStdin" | "StopSignal">>,
): ProcessSettings => {
  const [workingDir, stopSignal] = [withoutEndSlash(spec.Dir), signalName(spec.StopSignal)];
  return { ...(workingDir && { workingDir }), ...fromTerminal(spec), ...(stopSignal && { stopSignal }) };
};

const fromTerminal = ({
  TTY,
  OpenStdin,
}: Answered<Pick<ContainerSpec, "TTY" | "OpenStdin">>): Pick<ServiceSettings, "tty" | "openStdin"> => ({
  ...(TTY && { tty: true }),
  ...(OpenStdin && { openStdin: true }),
});

const withoutEndSlash = (path: string | undefined): string | undefined =>
  path ? trimEnd(path, "/") || "/" : undefined;

/** Engines keep the spelling of the request or of the image, which may be a number. */
const signalName = (signal: string | undefined): string | undefined =>
  signal ? (canonicalSignal(signal) ?? signal) : undefined;
