/** The example file of the demo, and its settings. */
export const DEMO = {
  file: "apps/cli/example/openfactory.yml",
  /** The image of its apps, created without a registry. */
  image: "openfactory/demo:1",
  /** The label of the project's resources. */
  label: "org.openfactory.deploy.project=weather-demo",
  /** URL of the app that publishes a port. */
  url: "http://127.0.0.1:18080/",
};
