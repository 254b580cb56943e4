import type { Claim } from "./token.js";

/** The claims under which an SDK refreshes: each is answered by the save of its object, or given back by a later find. */
export class HeldClaims<T extends object> {
  readonly #byToken = new WeakMap<T, Claim>();
  readonly #abandoned: string[] = [];

  add(token: T, claim: Claim): void {
    this.#byToken.set(token, claim);
  }

  /** Returns the claim that a save of this object answers, if there is one, and forgets it. */
  take(token: T): Claim | undefined {
    const claim = this.#byToken.get(token);
    this.#byToken.delete(token);
    return claim;
  }

  /** Nobody refreshes under this claim any more. */
  abandon(claim: Claim): void {
    this.#abandoned.push(claim.nonce);
  }

  /** Returns the nonce of a claim that the next find gives back, if there is one, and forgets it. */
  nextAbandoned(): string | undefined {
    return this.#abandoned.shift();
  }
}
