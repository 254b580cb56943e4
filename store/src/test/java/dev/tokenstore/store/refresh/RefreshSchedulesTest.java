package dev.tokenstore.store.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.RefreshClaim;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Every order of looks, guarded writes, lost replies, saves, deaths and seconds that pass, for three processes with
/// one
/// caller each.
class RefreshSchedulesTest {
    private static final int PROCESSES = 3;
    private static final int LAST_SECOND = 3;
    private static final Duration LONGEST = Duration.ofSeconds(2);

    /// What a caller does.
    private enum Doing {
        LOOKING,
        /// Has decided to claim the row as it saw it.
        WRITING,
        REFRESHING,
        DONE,
        DEAD
    }

    /// A process with its caller.
    ///
    /// @param ownNonce of the claim that it wrote last, whether or not it knows that it succeeded; 0: none
    /// @param seenWrites how many writes the row had had when it was looked at
    /// @param duration of the claim that it writes, or wrote
    /// @param claimedAt the second in which it wrote that claim
    private record Caller(
            Doing doing, ClaimHistory history, int ownNonce, int seenWrites, Duration duration, int claimedAt) {
        Caller with(Doing other) {
            return new Caller(other, history, ownNonce, seenWrites, duration, claimedAt);
        }
    }

    /// @param writes of any kind so far: the row's resourceVersion
    private record Row(int version, Optional<RefreshClaim> claim, int writes) {}

    private record World(int second, Row row, List<Caller> callers, int nonces) {
        World {
            callers = List.copyOf(callers);
        }

        World with(int index, Caller caller, Row next) {
            var changed = new ArrayList<>(callers);
            changed.set(index, caller);
            return new World(second, next, changed, nonces);
        }
    }

    @Test
    void inNoOrderOfEventsAreTwoCallersToldToRefreshAtTheSameTime() {
        var seen = new HashSet<World>();
        var open = new ArrayDeque<World>();
        var idle = new Caller(Doing.LOOKING, ClaimHistory.of("r.0"), 0, 0, Duration.ZERO, 0);
        open.push(new World(0, new Row(0, Optional.empty(), 0), List.of(idle, idle, idle), 0));
        var grants = 0;
        var takeovers = 0;
        while (!open.isEmpty()) {
            for (var next : successors(open.pop())) {
                if (!seen.add(next)) {
                    continue;
                }
                var refreshing = next.callers().stream()
                        .filter(caller -> caller.doing() == Doing.REFRESHING)
                        .toList();
                grants += refreshing.size();
                takeovers += refreshing.size() > 1 ? 1 : 0;
                assertThat(refreshing.stream().filter(caller -> isInForce(next, caller)))
                        .as("holders of a claim in force in %s", next)
                        .hasSizeLessThanOrEqualTo(1);
                open.push(next);
            }
        }

        assertThat(grants).as("the search reaches refreshes").isPositive();
        assertThat(takeovers).as("and claims that lapsed under their holder").isPositive();
        assertThat(seen).hasSizeGreaterThan(10_000);
    }

    /// Whether the row is not saved, and the caller's claim has not lapsed since it was written.
    private static boolean isInForce(World world, Caller caller) {
        return world.row().version() == 0
                && Duration.ofSeconds(world.second() - caller.claimedAt()).compareTo(caller.duration()) < 0;
    }

    private static List<World> successors(World world) {
        var next = new ArrayList<World>();
        if (world.second() < LAST_SECOND) {
            next.add(new World(world.second() + 1, world.row(), world.callers(), world.nonces()));
        }
        for (int i = 0; i < PROCESSES; i++) {
            var caller = world.callers().get(i);
            switch (caller.doing()) {
                case LOOKING -> next.add(looked(world, i, caller));
                case WRITING -> written(world, i, caller, next);
                case REFRESHING -> {
                    var row = world.row();
                    next.add(world.with(
                            i,
                            caller.with(Doing.DONE),
                            new Row(row.version() + 1, Optional.empty(), row.writes() + 1)));
                    next.add(world.with(i, caller.with(Doing.DEAD), row));
                    if (row.claim()
                            .filter(claim -> claim.nonce().equals(nonce(caller.ownNonce())))
                            .isPresent()) {
                        next.add(world.with(
                                i,
                                caller.with(Doing.DONE),
                                new Row(row.version(), Optional.empty(), row.writes() + 1)));
                    }
                }
                case DONE, DEAD -> {}
            }
        }
        return next;
    }

    private static World looked(World world, int index, Caller caller) {
        var row = world.row();
        var now = Duration.ofSeconds(world.second()).toNanos();
        var history = caller.history().observed("r." + row.version(), row.claim(), LONGEST, now);
        var isRefreshed = row.version() > 0;
        var step = RefreshStep.of(new RefreshStep.Situation(
                !isRefreshed,
                isRefreshed,
                history,
                LONGEST,
                Optional.of(nonce(caller.ownNonce())),
                true,
                Duration.ZERO,
                Duration.ofSeconds(20),
                now));
        var looked = new Caller(
                caller.doing(), history, caller.ownNonce(), row.writes(), caller.duration(), caller.claimedAt());
        return switch (step) {
            case RefreshStep.Return done -> world.with(index, looked.with(Doing.DONE), row);
            case RefreshStep.RefreshUnder under -> world.with(index, looked.with(Doing.REFRESHING), row);
            case RefreshStep.Await await -> world.with(index, looked, row);
            case RefreshStep.WriteClaim write ->
                world.with(
                        index,
                        new Caller(
                                Doing.WRITING,
                                history,
                                caller.ownNonce(),
                                row.writes(),
                                write.duration(),
                                caller.claimedAt()),
                        row);
        };
    }

    /// The guard lets a write through if the row is as it was seen; then its reply arrives, or is lost and the find is
    /// repeated.
    private static void written(World world, int index, Caller caller, List<World> next) {
        var row = world.row();
        if (row.writes() != caller.seenWrites()) {
            next.add(world.with(index, caller.with(Doing.LOOKING), row));
            return;
        }
        var number = world.nonces() + 1;
        var claim = new RefreshClaim(nonce(number), "r." + row.version(), caller.duration());
        var claimed = new Row(row.version(), Optional.of(claim), row.writes() + 1);
        var history = caller.history()
                .observed(
                        "r." + row.version(),
                        Optional.of(claim),
                        LONGEST,
                        Duration.ofSeconds(world.second()).toNanos());
        for (var doing : List.of(Doing.REFRESHING, Doing.LOOKING)) {
            var writer = new Caller(doing, history, number, row.writes() + 1, caller.duration(), world.second());
            var after = world.with(index, writer, claimed);
            next.add(new World(after.second(), after.row(), after.callers(), number));
        }
    }

    private static String nonce(int number) {
        return "claim-number-" + number;
    }
}
