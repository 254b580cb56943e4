// Apps, each as a process of its own: the SDKs keep their state in the process.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { EventEmitter } from "node:events";

/** The OAuth client of the apps. */
export const CLIENT = { clientId: "C1", clientSecret: "fixture-secret-client" };

/** An app as a process (app.mjs). */
export class App {
  #process;
  #answers = [];
  output = "";
  events = new EventEmitter();

  constructor(sdk, address) {
    this.#process = fork(new URL("app.mjs", import.meta.url), [sdk], {
      env: { ...process.env, TOKENSTORE_ADDRESS: address },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.output += text));
    }
    this.ended = new Promise((resolve) => this.#process.on("close", resolve));
    this.#process.on("message", (message) =>
      message.event ? this.events.emit(message.event) : this.#answers.shift()?.resolve(message),
    );
    this.#process.on("exit", (code) => {
      for (const { reject } of this.#answers.splice(0)) {
        reject(new Error(`the app ended with ${code}: ${this.output}`));
      }
    });
    this.ready = this.#answer();
  }

  /** Does something that succeeds, and returns what came of it. */
  async do(action, input) {
    const answer = await this.#ask(action, input);
    assert.equal(answer.error, undefined, `${action}: ${answer.error?.text}`);
    return answer.value;
  }

  /** Does something that fails, and returns the error. */
  async fails(action, input) {
    const answer = await this.#ask(action, input);
    assert.ok(answer.error, `${action} fails`);
    return answer.error;
  }

  async end() {
    this.#process.kill();
    await this.ended;
  }

  #ask(action, input) {
    const answer = this.#answer();
    this.#process.send({ action, ...input });
    return answer;
  }

  #answer() {
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  }
}
