const DEFAULT = "127.0.0.1:50051";

/**
 * Returns the address to connect to: the given one, else that of `TOKENSTORE_ADDRESS`, else 127.0.0.1:50051.
 *
 * @throws TypeError naming where a malformed address, or one that is too long for a socket, comes from
 */
export function storeAddress(given: string | undefined, environment: NodeJS.ProcessEnv): string {
  const [source, address] =
    given !== undefined
      ? ["address", given]
      : ["TOKENSTORE_ADDRESS", environment["TOKENSTORE_ADDRESS"] || DEFAULT];
  if (!/^unix:.+$/s.test(address) && !/^(\[[0-9A-Fa-f:.%]+\]|[^\s:/[\]]+):\d{1,5}$/.test(address)) {
    throw new TypeError(`${source} is malformed: ${address} (accepted are HOST:PORT and unix:PATH)`);
  }
  const bytes = Buffer.byteLength(/^unix:(?:\/\/)?(.*)$/s.exec(address)?.[1] ?? "");
  const limit = process.platform === "darwin" ? 103 : 107;
  if (bytes > limit) {
    throw new TypeError(
      `${source} names a Unix socket whose path has ${bytes} bytes: ${address} (the operating system takes at most ` +
        `${limit}; use a shorter path)`,
    );
  }
  return address;
}
