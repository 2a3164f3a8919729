/** What a registry is shown. Source: Engine API, "Authentication". */
export interface RegistryCredentials {
  username?: string;
  password?: string;
  /** From `docker login` with an identity token. */
  identitytoken?: string;
  registrytoken?: string;
  serveraddress: string;
}
