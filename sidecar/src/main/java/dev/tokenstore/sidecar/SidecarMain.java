package dev.tokenstore.sidecar;

import dev.tokenstore.runtime.kubernetes.KubeconfigException;
import dev.tokenstore.runtime.program.ProgramLog;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/// The sidecar program.
public final class SidecarMain {
    private static final int STOPPED = 0;
    private static final int CANNOT_START = 1;
    private static final int CALLS_CUT_OFF = 3;

    private SidecarMain() {}

    public static void main(String[] args) {
        System.exit(
                SidecarCommand.commandLine(System.getenv(), SidecarMain::run).execute(args));
    }

    /// Serves until a signal comes.
    ///
    /// @return the exit code
    private static int run(SidecarConfig config) {
        ProgramLog.configure(config.log().format(), config.log().level());
        try {
            return serve(config) == 0 ? STOPPED : CALLS_CUT_OFF;
        } catch (StartException | KubeconfigException e) {
            System.err.println("tokenstore-sidecar: " + e.getMessage());
            return CANNOT_START;
        }
    }

    /// @return the number of calls that were cut off
    private static int serve(SidecarConfig config) {
        var clock = InstantSource.system();
        var random = new SecureRandom();
        var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var calls = new CallMeters(meters, System::nanoTime);
        var backend = Storages.open(
                config.backend(), calls::unreadable, new ReadMeters(meters), new CleanupMeters(meters), clock, random);
        var sidecar = Sidecar.start(config, backend, meters, calls, random);
        var signalled = latchOfSignals();
        if (!(config.backend() instanceof SidecarConfig.Kubernetes)) {
            sidecar.addresses().forEach(address -> System.out.println(variable(address) + "=" + address));
            System.out.flush();
        }
        try {
            signalled.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return sidecar.stop();
    }

    private static String variable(String address) {
        return address.startsWith("unix:") ? "TOKENSTORE_ADDRESS" : "TOKENSTORE_TCP_ADDRESS";
    }

    /// Returns a latch that the first signal opens. A further signal interrupts this thread, which ends the drain.
    private static CountDownLatch latchOfSignals() {
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
