/** Where a server is. None of them asks for credentials. */
export interface GsPlace {
  readonly endpoint: string;
}
