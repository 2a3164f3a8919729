import { DeploymentError } from "@openfactory/deploy-core";

/**
 * Podman takes `{"a=b": "c"}` for `{"a": "b=c"}`: it would set another label, and not say so.
 * @throws DeploymentError `UNSUPPORTED`.
 */
export function refuseLabels(body: object): void {
  const { Labels = {} } = body as { Labels?: Record<string, string> };
  const wrong = Object.keys(Labels).find((name) => name.includes("="));
  if (wrong === undefined) return;
  throw new DeploymentError("UNSUPPORTED", `Podman keeps no label whose name holds an equals sign: ${wrong}.`, {
    field: "labels",
    hint: "Give the label another name, or deploy on a Docker Engine.",
  });
}
