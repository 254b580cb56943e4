package dev.tokenstore.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the system, and its JVM, tell of a process.
record ProcessSight(long pid) {
    private static final double MEBI = 1024;
    private static final Pattern CLASS = Pattern.compile("\\s*\\d+:\\s+\\d+\\s+(?<bytes>\\d+)\\s+(?<name>\\S+).*");

    /// What the serial collector leaves in the gaps that it does not close: a twentieth of the old generation, or
    /// nothing.
    private static final String FILLER = "jdk.internal.vm.Filler";

    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");

    /// The columns of `/proc/net/tcp`.
    private static final int STATE = 3;

    private static final int INODE = 9;
    private static final String ESTABLISHED = "01";

    /// The clock ticks of `/proc/PID/stat` that make a second.
    private static final double TICKS = 100;

    private static final int USER_TIME = 13;

    double residentMebibytes() {
        return status().number("VmRSS") / MEBI;
    }

    /// The most that it ever had.
    double peakResidentMebibytes() {
        return status().number("VmHWM") / MEBI;
    }

    int threads() {
        return (int) status().number("Threads");
    }

    private ProcFile status() {
        return ProcFile.read(Path.of("/proc", Long.toString(pid), "status"));
    }

    /// The processor time that it used since it began.
    Duration processorTime() {
        var stat = ProcFile.read(Path.of("/proc", Long.toString(pid), "stat")).text();
        // the name, in brackets, may hold spaces
        var columns = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        var ticks = Long.parseLong(columns[USER_TIME - 2]) + Long.parseLong(columns[USER_TIME - 1]);
        return Duration.ofMillis(Math.round(ticks * 1000 / TICKS));
    }

    /// Its established TCP connections.
    int connections() {
        var sockets = new HashSet<String>();
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (var descriptor : descriptors) {
                var socket = SOCKET.matcher(target(descriptor));
                if (socket.matches()) {
                    sockets.add(socket.group(1));
                }
            }
        } catch (IOException e) {
            throw new BenchmarkException("the connections of process " + pid + " cannot be seen: " + e, e);
        }
        return (int) List.of("tcp", "tcp6").stream()
                .flatMap(table -> ProcFile.read(Path.of("/proc", Long.toString(pid), "net", table))
                        .text()
                        .lines())
                .map(line -> line.strip().split("\\s+"))
                .filter(columns -> columns.length > INODE && columns[STATE].equals(ESTABLISHED))
                .filter(columns -> sockets.contains(columns[INODE]))
                .count();
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }

    /// What is left of its heap after everything unused was cleared away.
    double liveHeapMebibytes() {
        return liveBytes(jcmd("GC.class_histogram")) / MEBI / MEBI;
    }

    /// @param histogram as `jcmd PID GC.class_histogram` prints it
    /// @throws BenchmarkException if there is no class in it
    static long liveBytes(String histogram) {
        var bytes = histogram
                .lines()
                .map(CLASS::matcher)
                .filter(Matcher::matches)
                .filter(line -> !line.group("name").contains(FILLER))
                .mapToLong(line -> Long.parseLong(line.group("bytes")))
                .sum();
        if (bytes == 0) {
            throw new BenchmarkException("the JVM does not tell what its heap holds");
        }
        return bytes;
    }

    private String jcmd(String command) {
        try {
            var process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(pid),
                            command)
                    .redirectErrorStream(true)
                    .start();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new BenchmarkException("jcmd " + command + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new BenchmarkException("jcmd cannot be started; use a JDK, not a JRE: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("interrupted", e);
        }
    }
}
