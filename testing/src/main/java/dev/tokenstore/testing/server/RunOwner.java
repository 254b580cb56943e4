package dev.tokenstore.testing.server;

import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/// The process whose end ends the shared server: the Maven run that forked this JVM, or this JVM.
///
/// @param startMillis tells apart processes that had the same id
public record RunOwner(long pid, long startMillis) {
    private static final String MAVEN = "org.codehaus.plexus.classworlds.launcher.Launcher";

    /// JVMs may disagree a little on when a process started, when the clock was set meanwhile.
    private static final long CLOCK_WOBBLE_MILLIS = 5_000;

    public static RunOwner ofThisProcess() {
        return of(ProcessHandle.current());
    }

    static RunOwner of(ProcessHandle process) {
        return of(outermostMaven(Ancestor.chainOf(process)).orElse(process.pid()));
    }

    /// The very process with this id, whatever its ancestors.
    static RunOwner of(long pid) {
        var started = ProcessHandle.of(pid).flatMap(process -> process.info().startInstant());
        return new RunOwner(pid, started.map(Instant::toEpochMilli).orElse(0L));
    }

    /// The last Maven on the way up: a Maven that a Maven started shares the outer one's server.
    static Optional<Long> outermostMaven(Stream<Ancestor> nearestFirst) {
        return nearestFirst
                .filter(ancestor -> ancestor.commandLine().contains(MAVEN))
                .map(Ancestor::pid)
                .reduce((inner, outer) -> outer);
    }

    String key() {
        return pid + "-" + startMillis;
    }

    /// Whether the process named by a [#key()] is gone.
    static boolean isGone(String key) {
        var separator = key.indexOf('-');
        var now = of(Long.parseLong(key.substring(0, separator)));
        return Math.abs(now.startMillis - Long.parseLong(key.substring(separator + 1))) > CLOCK_WOBBLE_MILLIS;
    }

    /// One process on the way up from this one.
    record Ancestor(long pid, String commandLine) {
        static Stream<Ancestor> chainOf(ProcessHandle process) {
            return Stream.iterate(
                            process.parent(), Optional::isPresent, parent -> parent.flatMap(ProcessHandle::parent))
                    .flatMap(Optional::stream)
                    .map(parent -> new Ancestor(
                            parent.pid(), parent.info().commandLine().orElse("")));
        }
    }
}
