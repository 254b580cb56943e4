package dev.tokenstore.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// What the reader of the story sees.
///
/// @param colours whether the terminal shows them
record Terminal(PrintStream out, boolean colours) {
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final Duration SHOW_PROGRESS_EVERY = Duration.ofSeconds(2);

    void heading(String text) {
        out.println();
        out.println(paint("1", text));
    }

    void progress(String text) {
        out.println(paint("2", "    " + text));
    }

    void call(String text) {
        out.println("  > " + text);
    }

    void result(String text) {
        out.println(paint("32", "  ok ") + text);
    }

    void inCluster(String text) {
        text.lines().forEach(line -> out.println(paint("36", "     | " + line)));
    }

    void plain(String text) {
        out.println(text);
    }

    void failure(String text) {
        out.println(paint("31", "  failed: " + text));
    }

    /// Waits until `done`, saying now and then that it still does.
    ///
    /// @throws StepFailedException after `limit`
    void await(String what, Duration limit, BooleanSupplier done) {
        var start = System.nanoTime();
        var shown = start;
        while (!done.getAsBoolean()) {
            var now = System.nanoTime();
            if (now - start > limit.toNanos()) {
                throw new StepFailedException("waited " + limit.toSeconds() + " s in vain: " + what);
            }
            if (now - shown > SHOW_PROGRESS_EVERY.toNanos()) {
                progress("waiting: " + what + " ("
                        + Duration.ofNanos(now - start).toSeconds() + " s)");
                shown = now;
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_EVERY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailedException("interrupted", e);
        }
    }

    private String paint(String code, String text) {
        return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
