package dev.tokenstore.sidecar;

import dev.tokenstore.runtime.program.ProgramLog;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import sun.misc.Signal;

/// The sidecar program.
public final class SidecarMain {
    private static final int STOPPED = 0;
    private static final int CANNOT_START = 1;
    private static final int WRONG_SETTING = 2;
    private static final int CALLS_CUT_OFF = 3;

    private SidecarMain() {}

    public static void main(String[] args) {
        System.exit(run(args, System.getenv(), System.out, System.err));
    }

    /// Runs until the process is told to stop, or a check is over.
    ///
    /// @return the exit code
    static int run(String[] args, Map<String, String> environment, PrintStream out, PrintStream err) {
        if (args.length > 0 && args[0].equals(CheckCommand.NAME)) {
            return CheckCommand.run(
                    Arrays.copyOfRange(args, 1, args.length), environment, new SecureRandom(), out, err);
        }
        SidecarConfig config;
        try {
            var command = SidecarCommand.create();
            var parsed = command.parseArgs(args);
            if (CommandLine.printHelpIfRequested(parsed)) {
                return STOPPED;
            }
            config = SidecarConfig.of(new Settings(SidecarCommand.flagsOf(parsed), environment), environment);
        } catch (ParameterException | SettingException e) {
            err.println("tokenstore-sidecar: " + e.getMessage() + " (--help lists all settings)");
            return WRONG_SETTING;
        }
        ProgramLog.configure(config.log().format(), config.log().level());
        try {
            return serve(config, out) == 0 ? STOPPED : CALLS_CUT_OFF;
        } catch (StartException e) {
            err.println("tokenstore-sidecar: " + e.getMessage());
            return CANNOT_START;
        }
    }

    /// Serves until a signal comes.
    ///
    /// @return the number of calls that were cut off
    private static int serve(SidecarConfig config, PrintStream out) {
        var clock = InstantSource.system();
        var random = new SecureRandom();
        var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var watch = new CallWatch(meters, clock);
        var storage = Storages.open(config.backend(), watch::unreadable, new CleanupWatch(meters), clock, random);
        var sidecar = Sidecar.start(config, storage, meters, watch, clock, random);
        var toldToStop = stopOnSignal();
        if (config.backend() instanceof SidecarConfig.Embedded) {
            sidecar.addresses().forEach(address -> out.println(variable(address) + "=" + address));
            out.flush();
        }
        try {
            toldToStop.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return sidecar.stop();
    }

    private static String variable(String address) {
        return address.startsWith("unix:") ? "TOKENSTORE_ADDRESS" : "TOKENSTORE_TCP_ADDRESS";
    }

    /// The first signal opens the latch, a further one interrupts this thread, which ends the wait for calls.
    private static CountDownLatch stopOnSignal() {
        var latch = new CountDownLatch(1);
        var main = Thread.currentThread();
        for (var name : new String[] {"TERM", "INT"}) {
            Signal.handle(new Signal(name), signal -> {
                if (latch.getCount() == 0) {
                    main.interrupt();
                }
                latch.countDown();
            });
        }
        return latch;
    }
}
