import type { FileReference, Mount } from "@openfactory/deploy-core";
import type { ObservedSettings } from "@openfactory/strategy-contract-tests";
import { plainCapability } from "./container-settings.js";

// The Engine API's own JSON, which these look-ups take as it comes.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** A service's inspect (Engine API, ServiceInspect) in the words of a request. @param networkNames names by id. */
export function serviceSettings(service: Json, networkNames: ReadonlyMap<string, string>): ObservedSettings {
  const { Spec } = service;
  const task = Spec.TaskTemplate;
  const container = task.ContainerSpec;
  const nofile = container.Ulimits?.find(({ Name }: { Name: string }) => Name === "nofile");
  return {
    ids: [service.ID],
    image: container.Image,
    env: container.Env ?? [],
    // A label counts where it is on the service and on its containers.
    labels: Object.fromEntries(
      Object.entries<string>(Spec.Labels ?? {}).filter(
        ([name, value]) => container.Labels?.[name] === value || name.startsWith("org.openfactory.deploy.operation"),
      ),
    ),
    command: container.Command,
    args: container.Args,
    user: container.User || undefined,
    hostname: container.Hostname || undefined,
    ports: (Spec.EndpointSpec?.Ports ?? []).map((port: Json) => ({
      target: port.TargetPort,
      published: port.PublishedPort || undefined,
      protocol: port.Protocol,
      mode: port.PublishMode,
    })),
    networks: (task.Networks ?? []).map(({ Target }: { Target: string }) => networkNames.get(Target) ?? Target),
    constraints: task.Placement?.Constraints,
    resources: task.Resources,
    openFiles: nofile && { soft: nofile.Soft, hard: nofile.Hard },
    mode: Spec.Mode,
    mounts: container.Mounts?.map((mount: Json) => mount as Mount),
    healthcheck: container.Healthcheck,
    restart: task.RestartPolicy,
    stopGracePeriod: container.StopGracePeriod,
    init: container.Init ?? undefined,
    readOnly: container.ReadOnly ?? false,
    capAdd: container.CapabilityAdd?.map(plainCapability),
    capDrop: container.CapabilityDrop?.map(plainCapability),
    secrets: container.Secrets?.map((secret: Json) => file(secret.SecretName, secret.File)),
    configs: container.Configs?.map((config: Json) => file(config.ConfigName, config.File)),
    updateConfig: Spec.UpdateConfig,
    rollbackConfig: Spec.RollbackConfig,
  };
}

const file = (name: string, { Name, UID, GID, Mode }: Json): FileReference => ({
  name,
  target: Name,
  uid: UID,
  gid: GID,
  mode: Mode,
});
