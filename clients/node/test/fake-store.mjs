// A store without a sidecar: answers what a test says, and counts.
import { Server, ServerCredentials, Metadata, status } from "@grpc/grpc-js";
import { ERROR_INFO, SERVICE, STATUS } from "../dist/wire.js";

/** Serves the given handlers (method name: (request, attempt, deadline) => reply, or a promise of it) on the loopback. */
export async function fakeStore(handlers, { port = 0, address = `127.0.0.1:${port}` } = {}) {
  const server = new Server();
  const calls = {};
  const service = {};
  for (const name of Object.keys(SERVICE)) {
    service[name] = async (call, callback) => {
      calls[name] = (calls[name] ?? 0) + 1;
      try {
        callback(null, await handlers[name](call.request, calls[name], call.getDeadline()));
      } catch (error) {
        callback(error);
      }
    };
  }
  server.addService(SERVICE, service);
  const bound = await new Promise((resolve, reject) =>
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
  return { address: `127.0.0.1:${bound}`, calls, stop: () => server.forceShutdown() };
}

/** An error with the details that the sidecar sends. */
export function storeError(code, reason, message, metadata = {}, domain = "tokenstore.dev") {
  const trailer = new Metadata();
  const info = ERROR_INFO.serialize({ domain, reason, metadata });
  trailer.set(
    "grpc-status-details-bin",
    STATUS.serialize({
      code: status[code],
      message,
      details: [{ type_url: "type.googleapis.com/google.rpc.ErrorInfo", value: info }],
    }),
  );
  return Object.assign(new Error(message), { code: status[code], details: message, metadata: trailer });
}

/** A port of the loopback that nothing listens on. */
export async function freePort() {
  const { createServer } = await import("node:net");
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
