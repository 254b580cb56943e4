const DEFAULT = "127.0.0.1:50051";

/**
 * Returns the address to connect to: the given one, else that of `TOKENSTORE_ADDRESS`, else 127.0.0.1:50051.
 *
 * @throws TypeError naming where a malformed address comes from
 */
export function storeAddress(given: string | undefined, environment: NodeJS.ProcessEnv): string {
  const [source, address] =
    given !== undefined
      ? ["address", given]
      : ["TOKENSTORE_ADDRESS", environment["TOKENSTORE_ADDRESS"] || DEFAULT];
  if (!/^unix:.+$/s.test(address) && !/^(\[[0-9A-Fa-f:.%]+\]|[^\s:/[\]]+):\d{1,5}$/.test(address)) {
    throw new TypeError(`${source} is malformed: ${address} (accepted are HOST:PORT and unix:PATH)`);
  }
  return address;
}
