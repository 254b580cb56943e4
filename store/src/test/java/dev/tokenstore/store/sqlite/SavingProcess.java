package dev.tokenstore.store.sqlite;

import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.embedded.MachineClock;
import dev.tokenstore.store.embedded.RecordedCleanup;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;

/// Another process that saves a token for one user after the other and prints a line for each one that was
/// acknowledged.
final class SavingProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private SavingProcess(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    static SavingProcess start(Path file, String users, int count) throws IOException {
        var command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SavingProcess.class.getName(),
                file.toString(),
                users,
                String.valueOf(count));
        command.redirectError(ProcessBuilder.Redirect.DISCARD);
        return new SavingProcess(command.start());
    }

    /// The next line: the user and the id of the row; empty when the process has ended.
    Optional<String> nextAcknowledged() throws IOException {
        return Optional.ofNullable(output.readLine());
    }

    /// Lets the process begin to save.
    void go() throws IOException {
        process.outputWriter(StandardCharsets.UTF_8).append("go\n").flush();
    }

    /// Kills it as `kill -9` does; what it printed can still be read.
    void kill() {
        process.toHandle().destroyForcibly();
    }

    @Override
    public void close() throws IOException {
        kill();
        output.close();
    }

    static TokenFields tokenOf(String user) {
        return TokenFields.NONE
                .with(TokenField.USER_SIGNATURE, user)
                .with(TokenField.REFRESH_TOKEN, "fixture-secret-refresh-of-" + user)
                .with(TokenField.ACCESS_TOKEN, "fixture-secret-access-of-" + user);
    }

    public static void main(String[] arguments) throws IOException {
        var random = new SecureRandom();
        var clock = InstantSource.system();
        var storage = SqliteTokenStorage.open(
                Path.of(arguments[0]),
                StoreSettings.KEEP_EVERYTHING,
                new MachineClock(InstantSource.system()),
                random,
                row -> {},
                new RecordedCleanup());
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("ready");
        if (input.readLine() == null) {
            return;
        }
        try (var store = new TokenStore(storage, storage, storage.uses(), random)) {
            for (var number = 0; number < Integer.parseInt(arguments[2]); number++) {
                var user = arguments[1] + number;
                if (store.save(tokenOf(user)) instanceof SaveResult.Saved saved) {
                    var id = saved.token().fields().get(TokenField.ID).map(SecretValue::reveal);
                    System.out.println(user + " " + id.orElseThrow());
                }
            }
        }
    }
}
