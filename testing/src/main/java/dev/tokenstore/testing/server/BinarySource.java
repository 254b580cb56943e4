package dev.tokenstore.testing.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/// One way to get the binaries of a control plane.
interface BinarySource {
    /// Puts the binaries into a folder inside `workspace`, an empty folder of its own.
    ///
    /// @throws IOException if files cannot be written; another source would not help
    Outcome fetchInto(Path workspace, Consumer<String> progress) throws IOException, InterruptedException;

    /// The outcome of a fetch.
    sealed interface Outcome {
        record Fetched(ControlPlaneBinaries binaries) implements Outcome {}

        /// This source cannot serve here.
        ///
        /// @param reason why not, as half a sentence
        record Unavailable(String reason) implements Outcome {}
    }
}
