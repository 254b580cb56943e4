// A TCP relay to a fake store, whose connections a test breaks.
import { connect, createServer } from "node:net";

/** Listens on a free port of the loopback and passes on what arrives. */
export async function relayTo(address) {
  const [host, port] = address.split(":");
  let sockets = [];
  const server = createServer((client) => {
    const target = connect(Number(port), host);
    sockets.push(client, target);
    for (const socket of [client, target]) {
      socket.on("error", () => {});
    }
    client.pipe(target).pipe(client);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${server.address().port}`,
    /** Resets every connection; what arrives from the target afterwards is lost. */
    breakConnections() {
      sockets.forEach((socket) => socket.resetAndDestroy());
      sockets = [];
    },
    close: () => server.close(),
  };
}
