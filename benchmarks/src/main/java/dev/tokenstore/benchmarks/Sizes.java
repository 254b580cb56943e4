package dev.tokenstore.benchmarks;

import java.time.Duration;

/// How much is measured, and for how long.
///
/// @param tokens of the one large store; those that fall due come on top
/// @param stores each in a namespace of its own
/// @param tokensPerStore in each of these
/// @param dueAtOnce how many tokens fall due in each round of the cleanup
/// @param rounds of a quiet time and a cleanup, one after the other
/// @param savesPerSecond that go on all the while
/// @param quiet length of each quiet time
/// @param events changes of tokens after which memory is compared
/// @param idle how long requests are counted while nothing happens
/// @param reads calls of each kind in a quarter of a round
/// @param readRounds of calls in turns
record Sizes(
        int tokens,
        int stores,
        int tokensPerStore,
        int dueAtOnce,
        int rounds,
        int savesPerSecond,
        Duration quiet,
        int events,
        Duration idle,
        int reads,
        int readRounds) {
    /// What is promised.
    static Sizes promised() {
        return new Sizes(
                100_000, 1_000, 100, 10_000, 3, 50, Duration.ofSeconds(40), 100_000, Duration.ofMinutes(2), 2_000, 9);
    }

    /// Just enough to see that everything can be measured: its figures say nothing.
    static Sizes smoke() {
        return new Sizes(300, 3, 10, 50, 2, 20, Duration.ofSeconds(2), 300, Duration.ofSeconds(2), 20, 3);
    }

    /// Returns the sizes with another number for one of them.
    ///
    /// @throws IllegalArgumentException if there is no such size
    Sizes with(String name, int number) {
        var seconds = Duration.ofSeconds(number);
        return switch (name) {
            case "tokens" -> copy(number, stores, tokensPerStore, dueAtOnce, rounds, quiet, events, idle);
            case "stores" -> copy(tokens, number, tokensPerStore, dueAtOnce, rounds, quiet, events, idle);
            case "tokens-per-store" -> copy(tokens, stores, number, dueAtOnce, rounds, quiet, events, idle);
            case "due" -> copy(tokens, stores, tokensPerStore, number, rounds, quiet, events, idle);
            case "rounds" -> copy(tokens, stores, tokensPerStore, dueAtOnce, number, quiet, events, idle);
            case "quiet" -> copy(tokens, stores, tokensPerStore, dueAtOnce, rounds, seconds, events, idle);
            case "events" -> copy(tokens, stores, tokensPerStore, dueAtOnce, rounds, quiet, number, idle);
            case "reads" -> withReads(number, readRounds);
            case "read-rounds" -> withReads(reads, number);
            case "idle" -> copy(tokens, stores, tokensPerStore, dueAtOnce, rounds, quiet, events, seconds);
            default -> throw new IllegalArgumentException("there is no size " + name);
        };
    }

    private Sizes copy(int t, int s, int perStore, int due, int r, Duration q, int e, Duration i) {
        return new Sizes(t, s, perStore, due, r, savesPerSecond, q, e, i, reads, readRounds);
    }

    private Sizes withReads(int number, int rounds) {
        return new Sizes(
                tokens,
                stores,
                tokensPerStore,
                dueAtOnce,
                this.rounds,
                savesPerSecond,
                quiet,
                events,
                idle,
                number,
                rounds);
    }
}
