package dev.tokenstore.testing.server;

import dev.tokenstore.testing.process.Folders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A shell script that writes its process id to a file and becomes a server.
///
/// @param name what the keeper calls the server
public record ServerScript(String name, Path program, List<String> flags) {
    /// Writes it as a whole: the keeper may start it at once.
    public void writeTo(Path folder) throws IOException {
        Folders.writePrivate(folder.resolve(name + ".sh"), text());
    }

    private String text() {
        var command = Stream.concat(Stream.of(program.toString()), flags.stream());
        return "echo $$ >" + name + ".pid\nexec "
                + command.map(ServerScript::quoted).collect(Collectors.joining(" \\\n    ")) + "\n";
    }

    private static String quoted(String argument) {
        return "'" + argument.replace("'", "'\\''") + "'";
    }
}
