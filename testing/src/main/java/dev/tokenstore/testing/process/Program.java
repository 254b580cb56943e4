package dev.tokenstore.testing.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What is started of a program under test.
///
/// @param name what messages call it
/// @param jar with its libraries beside it, as `mvn package` leaves it
/// @param javaOptions for its JVM
/// @param environment in addition to this process's, of which everything named `TOKENSTORE_` is left out
public record Program(
        String name, Path jar, List<String> javaOptions, List<String> arguments, Map<String, String> environment) {
    /// JVM options of a program that shares a small machine with others.
    public static final List<String> SMALL = List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    public Program {
        javaOptions = List.copyOf(javaOptions);
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }
}
